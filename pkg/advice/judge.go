package advice

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
)

// Advice is what the rules say of one set.
type Advice struct {
	About    Object
	Asked    []string  // the IDs of the rules that could be asked
	Findings []Finding // the worst first
	Silenced []Finding // each with its reason
	Unseen   []Unseen
}

// Unseen is a part that was not looked at, and the rules that could not be asked for it, or
// not as surely.
type Unseen struct {
	Part  world.Part
	Why   string
	Rules []string
}

// Judge asks every rule about a set of this world.
func Judge(w *world.World, set *world.Set) Advice {
	l := &look{World: w, set: set}
	out := Advice{About: l.about()}
	silenced := l.ignored()
	for _, r := range Rules() {
		if w.Live && !r.Live || !w.Live && !r.Files {
			continue
		}
		if set.Snapshot.Away != nil && !r.Away {
			continue
		}
		lacks := l.unread(r.Needs)
		out.unseen(w, r.ID, lacks)
		if len(lacks) > 0 {
			continue
		}
		out.unseen(w, r.ID, l.unread(r.Wants))
		out.Asked = append(out.Asked, r.ID)
		for _, f := range r.judge(l) {
			f.Rule, f.About = r.ID, out.About
			f.Severity = cmp.Or(f.Severity, r.Severity)
			if reason, ok := silenced[r.ID]; ok {
				f.Reason = reason
				out.Silenced = append(out.Silenced, f)
				continue
			}
			out.Findings = append(out.Findings, f)
		}
	}
	slices.SortStableFunc(out.Findings, func(a, b Finding) int { return a.Severity.Rank() - b.Severity.Rank() })
	return out
}

// unread are those of the parts that nobody has looked at.
func (l *look) unread(parts []world.Part) []world.Part {
	var out []world.Part
	for _, part := range parts {
		if _, unseen := l.Unseen[part]; unseen {
			out = append(out, part)
		}
	}
	return out
}

func (a *Advice) unseen(w *world.World, rule string, parts []world.Part) {
	for _, part := range parts {
		if w.Unseen[part] == "" {
			continue
		}
		i := slices.IndexFunc(a.Unseen, func(u Unseen) bool { return u.Part == part })
		if i < 0 {
			i = len(a.Unseen)
			a.Unseen = append(a.Unseen, Unseen{Part: part, Why: w.Unseen[part]})
		}
		a.Unseen[i].Rules = append(a.Unseen[i].Rules, rule)
	}
}

// Count is how many findings there are of a severity.
func (a Advice) Count(of Severity) int {
	n := 0
	for i := range a.Findings {
		if a.Findings[i].Severity == of {
			n++
		}
	}
	return n
}

// MergeUnseen puts together what was not looked at for several sets.
func MergeUnseen(into, more []Unseen) []Unseen {
	for _, u := range more {
		i := slices.IndexFunc(into, func(v Unseen) bool { return v.Part == u.Part && v.Why == u.Why })
		if i < 0 {
			into = append(into, Unseen{Part: u.Part, Why: u.Why, Rules: slices.Clone(u.Rules)})
			continue
		}
		for _, id := range u.Rules {
			if !slices.Contains(into[i].Rules, id) {
				into[i].Rules = append(into[i].Rules, id)
			}
		}
	}
	slices.SortStableFunc(into, func(a, b Unseen) int { return strings.Compare(string(a.Part), string(b.Part)) })
	return into
}
