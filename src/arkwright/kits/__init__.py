"""Mathematics without a plant: arrays in, arrays out."""
