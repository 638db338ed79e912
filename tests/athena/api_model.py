"""What AWS publishes of an API, as botocore has it, and the search for what breaks it."""

import re

import botocore.loaders
import botocore.model
from botocore.validate import ParamValidator

# Errors of every AWS API, which the operations do not declare.
# https://docs.aws.amazon.com/athena/latest/APIReference/CommonErrors.html
COMMON_ERRORS = ["AccessDeniedException", "ThrottlingException"]
LONGEST_QUERY = 262_144


class Broken(Exception):
    """A request or an answer that AWS's model does not allow."""


class Model:
    """The shapes of requests, answers and errors."""

    def __init__(self, service="athena"):
        described = botocore.loaders.Loader().load_service_model(service, "service-2")
        self.service = botocore.model.ServiceModel(described, service)

    def request_faults(self, operation, parameters):
        """What AWS would refuse of a request."""
        return list(faults(self.service.operation_model(operation).input_shape, parameters))

    def answer_faults(self, operation, answer):
        """What AWS would never answer."""
        return list(faults(self.service.operation_model(operation).output_shape, answer))

    def error_faults(self, operation, kind, body):
        """What AWS would never answer as an error."""
        if kind in COMMON_ERRORS:
            return []
        declared = {shape.name: shape for shape in self.service.operation_model(operation).error_shapes}
        if kind not in declared:
            return [f"{operation} does not declare {kind}"]
        return list(faults(declared[kind], body))

    def type_faults(self, name, value):
        """What a structure of that name cannot be."""
        return list(faults(self.service.shape_for(name), value))


def faults(shape, value):
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        yield report.generate_report()
    else:
        yield from limits(shape, value, shape.name)


def limits(shape, value, place):
    """What botocore leaves to AWS: patterns, enumerations, and how long a text or a list may be."""
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from limits(shape.members[name], member, f"{place}.{name}")
    elif shape.type_name == "list":
        for index, member in enumerate(value):
            yield from limits(shape.member, member, f"{place}[{index}]")
    elif shape.type_name == "string" and not fits(shape, value):
        yield f"{place}: {value!r} is not of the form {shape.metadata}"
    most = shape.metadata.get("max")
    if most is not None and (value if isinstance(value, (int, float)) else len(value)) > most:
        yield f"{place}: more than {most}"


def fits(shape, text):
    is_named = text in shape.enum if shape.enum else True
    return is_named and all(re.fullmatch(pattern, text) for pattern in pattern_of(shape))


def pattern_of(shape):
    """The pattern of a text, if there is one that Python reads: ranges of surrogates it does not."""
    pattern = shape.metadata.get("pattern", "")
    return [pattern] if pattern and r"\uD800" not in pattern else []
