"""Cross-entropy of C(M(x)): softmax over classes, or a sigmoid for each attribute."""
from kit import *


def networks(k):
    return {"M": net("x -> features", batch_norm=True), "C": net("features -> logit", size=k)}


def classes(k):
    return {"classifier": F.cross_entropy(k.C(k.M(k.x)), k.labels.argmax(1))}


def attributes(k):
    p = torch.sigmoid(k.C(k.M(k.x)))
    return {"classifier": F.binary_cross_entropy(p, k.labels)}


write("classifier", [
    case("classes", networks(3), classes, classes=3),
    case("attributes", networks(4), attributes, classes=4, range=(-1, 1)),
])
