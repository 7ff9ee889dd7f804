"""Conversion of a network to the format that serves."""

import tempfile

import keras

BITS, LARGE = 8, 20_000
"""Convolutions with this many weights are computed with integers of so many bits."""


def convert(network: keras.Model) -> bytes:
    """Return the network as a LiteRT file for one photo at a time.

    Its large convolutions have integer weights, with a scale for each channel, and round what goes
    into them by its range in each photo. All else has single precision.
    """
    # No photos are needed to choose ranges, so that the same network always gives the same file.
    # Smaller convolutions gain no time from integers, and lose more precision (decision 23).
    return _with_integers(_single_precision(network))


def _single_precision(network: keras.Model) -> bytes:
    import tensorflow as tf

    # With a batch of one the converter fixes every shape, and XNNPACK runs the whole graph.
    shape = (1, *network.input_shape[1:])
    with tempfile.TemporaryDirectory() as folder:
        signature = [keras.InputSpec(shape=shape, dtype="float32", name="photo")]
        network.export(folder, input_signature=signature, verbose=False)
        content: bytes = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return content


def _with_integers(content: bytes) -> bytes:
    from ai_edge_quantizer import qtyping, quantizer

    weights = qtyping.TensorQuantizationConfig(
        num_bits=BITS, symmetric=True, granularity=qtyping.QuantGranularity.CHANNELWISE
    )
    convolutions = qtyping.OpQuantizationConfig(
        weight_tensor_config=weights,
        compute_precision=qtyping.ComputePrecision.INTEGER,
        min_weight_elements=LARGE,
    )
    tool = quantizer.Quantizer(content)
    tool.update_quantization_recipe(".*", qtyping.TFLOperationName.CONV_2D, convolutions)
    return bytes(tool.quantize(enable_progress_report=False).quantized_model)
