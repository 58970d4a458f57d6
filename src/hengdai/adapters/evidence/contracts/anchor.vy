# pragma version ^0.4.0
# @title Anchors of evidence logs: a log's size only grows, and a size has one root for ever.

event Anchored:
    origin: indexed(bytes32)
    size: uint64
    root: bytes32

allowed: public(HashMap[address, bool])
sizes: public(HashMap[bytes32, uint64])
roots: public(HashMap[bytes32, HashMap[uint64, bytes32]])

@deploy
def __init__(anchorers: DynArray[address, 8]):
    for one: address in anchorers:
        self.allowed[one] = True

@external
def anchor(origin: bytes32, size: uint64, root: bytes32):
    """
    @notice `origin` is SHA-256 of the log's name. Refused: strangers, a smaller size, another root at the same size.
    """
    assert self.allowed[msg.sender], "not an anchorer"
    assert size >= self.sizes[origin], "a log never shrinks"
    if size == self.sizes[origin] and size != 0:
        assert self.roots[origin][size] == root, "two roots for one size"
    self.sizes[origin] = size
    self.roots[origin][size] = root
    log Anchored(origin=origin, size=size, root=root)
