package claims

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Key names an object of a namespace.
type Key struct{ Namespace, Name string }

// World is what can want a claim. What it knows must be whole for every
// namespace whose claims are judged: a pod that is left out protects nothing.
type World struct {
	Sets []sts.Snapshot
	// Users are pods, of any owner and in any phase, by the claim that they
	// mount or wait for: one of each claim.
	Users map[Key]string
	// Second are other pods of those claims that several use, one of each. One of the
	// two is not the claim's own pod, which may go along with it.
	Second  map[Key]string
	Scalers []Scaler
}

// AddAway adds the sets of a namespace that are away for a moment, to be created again, and
// want their claims.
func (w *World) AddAway(namespace string, away []sts.Snapshot) {
	for _, s := range away {
		there := func(other sts.Snapshot) bool { return other.Name() == s.Name() && other.Set.Namespace == namespace }
		if s.Set.Namespace == namespace && !slices.ContainsFunc(w.Sets, there) {
			w.Sets = append(w.Sets, s)
		}
	}
}

// Use notes that the pod uses the claim.
func (w *World) Use(claim Key, pod string) {
	if w.Users == nil {
		w.Users = map[Key]string{}
	}
	switch first, used := w.Users[claim]; {
	case !used:
		w.Users[claim] = pod
	case pod != first:
		if w.Second == nil {
			w.Second = map[Key]string{}
		}
		w.Second[claim] = pod
	}
}

// Scaler is an autoscaler and the set that it scales.
type Scaler struct {
	Namespace string
	Set       string
	Autoscaler
}

// Options are what the user asked for.
type Options struct {
	Sets         []string // only claims of sets with these names; empty for all
	DeletedSets  bool     // also those of sets that are gone
	ScaledToZero bool     // also those of sets that are scaled to 0
	OlderThan    time.Duration
	Now          time.Time
	// Makers are known from the claims of other namespaces.
	Makers Makers
}

// stemOf takes the ordinal off a claim's name. What remains is never taken
// apart to find its set: it is compared with names that are built.
func stemOf(name string) (stem string, ordinal int, ok bool) {
	i := strings.LastIndexByte(name, '-')
	if i <= 0 {
		return "", -1, false
	}
	n, err := strconv.ParseInt(name[i+1:], 10, 32)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != name[i+1:] {
		return "", -1, false
	}
	return name[:i], int(n), true
}

// split is one way in which a stem can be a template and a set.
type split struct{ template, set string }

// splits are all the ways, the longest name of a set first.
func splits(stem string) []split {
	var out []split
	for i := range stem {
		if stem[i] == '-' && i > 0 && i < len(stem)-1 && stem[i+1] != '-' && stem[i-1] != '-' {
			out = append(out, split{stem[:i], stem[i+1:]})
		}
	}
	return out
}

// asked reports whether claims of a set with this name were asked for.
func (o Options) asked(set string) bool { return len(o.Sets) == 0 || slices.Contains(o.Sets, set) }
