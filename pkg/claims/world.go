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
	// mount or wait for.
	Users   map[Key]string
	Scalers []Scaler
}

// Scaler is a HorizontalPodAutoscaler of a StatefulSet.
type Scaler struct {
	Namespace string
	Name      string
	Set       string
	Max       int
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

// claimTemplate is one of a set.
type claimTemplate struct {
	set      *sts.Snapshot
	template string
}

// worldIndex is the world by what is looked up in it.
type worldIndex struct {
	byStem  map[Key][]claimTemplate // who makes claims of this name and then an ordinal
	byName  map[Key]*sts.Snapshot
	users   map[Key]string
	scalers map[Key][]Scaler
	inUse   map[Key]string // by stem: what worldIndex.used found
}

func (w World) index() worldIndex {
	h := worldIndex{
		byStem: map[Key][]claimTemplate{}, byName: map[Key]*sts.Snapshot{}, users: w.Users,
		scalers: map[Key][]Scaler{}, inUse: map[Key]string{},
	}
	for i := range w.Sets {
		set := &w.Sets[i]
		namespace := set.Set.Namespace
		h.byName[Key{namespace, set.Name()}] = set
		for _, template := range set.ClaimTemplates() {
			key := Key{namespace, template + "-" + set.Name()}
			h.byStem[key] = append(h.byStem[key], claimTemplate{set, template})
		}
	}
	for _, s := range w.Scalers {
		key := Key{s.Namespace, s.Set}
		h.scalers[key] = append(h.scalers[key], s)
	}
	return h
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
