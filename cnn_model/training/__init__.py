"""Fine-tuning of a network: architecture, augmentation, training loop and run folders."""
