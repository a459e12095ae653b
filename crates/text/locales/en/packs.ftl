packs-check-good = The packs are good: { $units } units, { $served } procedures served ({ $versions } versions), { $known } known by name only, { $forms } forms.
