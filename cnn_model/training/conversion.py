"""Conversion of a network to the format that serves."""

import tempfile

import keras


def convert(network: keras.Model) -> bytes:
    """Return the network as a LiteRT file for one photo at a time.

    Its weights have half precision and are computed with in single precision.
    """
    import tensorflow as tf

    # With a batch of one the converter fixes every shape, and XNNPACK runs the whole graph.
    shape = (1, *network.input_shape[1:])
    with tempfile.TemporaryDirectory() as folder:
        signature = [keras.InputSpec(shape=shape, dtype="float32", name="photo")]
        network.export(folder, input_signature=signature, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        content: bytes = converter.convert()
    return content
