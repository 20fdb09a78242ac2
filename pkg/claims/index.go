package claims

import (
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Index is the world by what is looked up in it.
type Index struct {
	byStem  map[Key][]claimTemplate // who makes claims of this name and then an ordinal
	byName  map[Key]*sts.Snapshot
	users   map[Key]string
	second  map[Key]string
	scalers map[Key][]Scaler
	inUse   map[Key]string // by stem: what Index.used found
}

// claimTemplate is one of a set.
type claimTemplate struct {
	set      *sts.Snapshot
	template string
}

// Index makes the index of the world as it is now.
func (w World) Index() Index {
	x := Index{
		byStem: map[Key][]claimTemplate{}, byName: map[Key]*sts.Snapshot{}, users: w.Users, second: w.Second,
		scalers: map[Key][]Scaler{}, inUse: map[Key]string{},
	}
	for i := range w.Sets {
		set := &w.Sets[i]
		namespace := set.Set.Namespace
		x.byName[Key{namespace, set.Name()}] = set
		for _, template := range set.ClaimTemplates() {
			key := Key{namespace, template + "-" + set.Name()}
			x.byStem[key] = append(x.byStem[key], claimTemplate{set, template})
		}
	}
	for i := range w.Scalers {
		s := &w.Scalers[i]
		key := Key{s.Namespace, s.Set}
		x.scalers[key] = append(x.scalers[key], *s)
	}
	return x
}

// makes is the template of the set that makes claims of this name and then an
// ordinal, if there is one.
func makes(set *sts.Snapshot, stem string) (claimTemplate, bool) {
	for _, template := range set.ClaimTemplates() {
		if name, ok := strings.CutPrefix(stem, template+"-"); ok && name == set.Name() {
			return claimTemplate{set, template}, true
		}
	}
	return claimTemplate{}, false
}

// user is a pod that uses the claim and is not this one ("" for none), or "".
func (x Index) user(claim Key, but string) string {
	if pod := x.users[claim]; pod != but {
		return pod
	}
	return x.second[claim]
}

// Rival is another set whose claim one can be as well, by its name.
type Rival struct {
	Set   string
	Wants bool // the ordinal is within its range
}

// Rival is the other set whose template makes claims of this name, too. Of several
// it is one that wants the claim.
func (x Index) Rival(c storage.Claim, set string) (Rival, bool) {
	stem, ordinal, ok := stemOf(c.Name)
	if !ok {
		return Rival{}, false
	}
	rival, found := Rival{}, false
	for _, other := range x.byStem[Key{c.Namespace, stem}] {
		if other.set.Name() == set || rival.Wants {
			continue
		}
		rival, found = Rival{Set: other.set.Name(), Wants: other.set.Ordinals().Has(ordinal)}, true
	}
	return rival, found
}
