"""Hengdai 衡贷: the open, provable core of a loan-facilitation (助贷) business."""

__version__ = "0.1.0"
