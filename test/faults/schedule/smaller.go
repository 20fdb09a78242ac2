package schedule

import (
	"fmt"
	"slices"
	"strings"
)

// Smaller are the schedules that lack one thing each: a command first, then what
// runs beside one, then a fault or an edit, then what is special about a set.
func (s Schedule) Smaller() []Schedule {
	var out []Schedule
	for i := len(s.Acts) - 1; i >= 0 && len(s.Acts) > 1; i-- {
		c := s
		c.Acts = slices.Delete(slices.Clone(s.Acts), i, i+1)
		out = append(out, c)
	}
	for i, a := range s.Acts {
		for _, smaller := range a.smaller() {
			c := s
			c.Acts = slices.Clone(s.Acts)
			c.Acts[i] = smaller
			out = append(out, c)
		}
	}
	for i, set := range s.Sets {
		if len(s.Sets) > 1 && !slices.ContainsFunc(s.Acts, func(a Act) bool { return a.isAbout(set.Name) }) {
			c := s
			c.Sets = slices.Delete(slices.Clone(s.Sets), i, i+1)
			out = append(out, c)
		}
	}
	return out
}

// smaller are the acts that lack one thing each.
func (a Act) smaller() []Act {
	var out []Act
	if a.Beside != nil {
		c := a
		c.Beside, c.After = nil, 0
		out = append(out, c)
		for _, other := range a.Beside.smaller() {
			c := a
			c.Beside = &other
			out = append(out, c)
		}
	}
	for i := range a.Faults {
		c := a
		c.Faults = slices.Delete(slices.Clone(a.Faults), i, i+1)
		out = append(out, c)
	}
	for i := range a.Before {
		c := a
		c.Before = slices.Delete(slices.Clone(a.Before), i, i+1)
		out = append(out, c)
	}
	return out
}

// isAbout reports whether an act names a set, or somebody's edit in it does.
func (a Act) isAbout(set string) bool {
	edits := slices.Clone(a.Before)
	for _, f := range a.Faults {
		if f.Edit != nil {
			edits = append(edits, *f.Edit)
		}
	}
	return a.Set() == set || strings.HasPrefix(a.Set(), set+"-") || a.Beside != nil && a.Beside.isAbout(set) ||
		slices.ContainsFunc(edits, func(d Edit) bool { return d.Set == set })
}

// String is the act in one line.
func (a Act) String() string {
	var out strings.Builder
	for _, d := range a.Before {
		fmt.Fprintf(&out, "[%s] ", d)
	}
	fmt.Fprintf(&out, "kubectl sts %s", strings.Join(a.Args, " "))
	if a.Manifest != nil {
		fmt.Fprintf(&out, " (%+v)", *a.Manifest)
	}
	if a.Home > 0 {
		out.WriteString(" (from another home)")
	}
	for _, f := range a.Faults {
		fmt.Fprintf(&out, " {%s}", f)
	}
	if a.Beside != nil {
		fmt.Fprintf(&out, " || after %d requests: %s", a.After, *a.Beside)
	}
	return out.String()
}

// String is the fault in a few words.
func (f Fault) String() string {
	out := f.Does
	if f.Edit != nil {
		out = f.Edit.String()
	}
	if f.Code > 0 {
		out += fmt.Sprintf(" %d", f.Code)
	}
	if f.For > 0 {
		out += " " + f.For.String()
	}
	if f.Bytes > 0 {
		out += fmt.Sprintf(" after %d bytes", f.Bytes)
	}
	of := f.Of
	if of == "" {
		of = "request"
	}
	out += fmt.Sprintf(" at %s %d", of, f.After+1)
	if f.Times > 1 {
		out += fmt.Sprintf(" to %d", f.After+f.Times)
	}
	return out
}

// String is the edit in a few words.
func (d Edit) String() string {
	return strings.TrimSpace(fmt.Sprintf("somebody: %s of %s %d %s", d.Does, d.Set, d.Number, d.Text))
}
