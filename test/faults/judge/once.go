package judge

// always reports whether something held in every moment between two versions. Where some of
// them were not seen nobody knows.
func (e *Evidence) always(from, to uint64, holds func(world) bool) bool {
	return e.saw(from, to) && e.throughout(from, to, holds)
}

// throughout is the same for the moments that were seen.
func (e *Evidence) throughout(from, to uint64, holds func(world) bool) bool {
	return !e.once(from, to, func(w world) bool { return !holds(w) })
}

// once reports whether something held in a moment between two versions: at the
// first, after it, but before the second.
func (e *Evidence) once(from, to uint64, holds func(world) bool) bool {
	w := newWorld()
	begun := false
	for _, m := range e.Moments {
		if m.Version >= to {
			break
		}
		if m.Version > from && !begun {
			begun = true
			if holds(w) {
				return true
			}
		}
		w.apply(m)
		if m.Version >= from && holds(w) {
			return true
		}
	}
	return !begun && holds(w)
}
