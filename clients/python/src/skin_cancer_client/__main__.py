"""`python -m skin_cancer_client` is `skin-check`."""

from skin_cancer_client.cli import main

main()
