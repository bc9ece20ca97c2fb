"""The product form: typed, read, changed by buttons, turned into a draft. All but ``saving`` is pure."""
