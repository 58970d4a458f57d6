"""What the law of a day says: packs of dated, cited data, judged one subject at a time or in columns."""
