package claims

import (
	"maps"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// siblings are claims by what their names have in common.
type siblings struct {
	families    map[Key]*family  // by stem: of one template, as it seems
	stems       map[Key][]string // by what can be a set: stems of several templates
	controllers Makers           // as whom the controllers write here
	doubted     map[string]bool  // who else has made claims that are named like a set's
}

// family is the claims of one stem, and what is odd about them: then none of
// them is known well enough to go.
type family struct {
	claims   []*storage.Claim
	unlike   *storage.Claim // has other labels than the first
	handmade *storage.Claim // was made by something else than a controller
	owned    *storage.Claim // belongs to something
}

func gather(all []storage.Claim, known Makers) siblings {
	s := siblings{
		families: map[Key]*family{}, stems: map[Key][]string{}, controllers: Makers{upstream: true},
		doubted: map[string]bool{},
	}
	maps.Copy(s.controllers, known)
	s.controllers.Learn(all)
	for i := range all {
		c := &all[i]
		stem, _, ok := stemOf(c.Name)
		if !ok {
			continue
		}
		key := Key{c.Namespace, stem}
		f := s.families[key]
		if f == nil {
			f = &family{}
			s.families[key] = f
			for _, way := range splits(stem) {
				set := Key{c.Namespace, way.set}
				s.stems[set] = append(s.stems[set], stem)
			}
		}
		if c.MadeBy != "" && !s.trusted(c) {
			s.doubted[c.MadeBy] = true
		}
		f.add(c, s.trusted(c))
	}
	return s
}

func (f *family) add(c *storage.Claim, trusted bool) {
	f.claims = append(f.claims, c)
	switch {
	case !maps.Equal(c.Labels, f.claims[0].Labels):
		f.unlike = c
	case c.MadeBy != "" && !trusted:
		f.handmade = c
	case len(c.Owners) > 0:
		f.owned = c
	}
}

const (
	// upstream is as whom the controllers write where nobody has renamed them.
	upstream = "kube-controller-manager"
)

// trusted reports whether the claim's maker is evidence that a set's it was:
// of all controllers only that of StatefulSets makes claims that no pod owns,
// and restore-pvc recreates them out of a set's.
func (s siblings) trusted(c *storage.Claim) bool {
	return s.controllers[c.MadeBy] || fieldmanager.Own(c.MadeBy)
}

// known reports whether anything but the claim's own name and labels tells
// that a set made it: its maker, another ordinal, or another template of a set
// of that name.
func (s siblings) known(c *storage.Claim, stem string, ways []split) bool {
	f := s.families[Key{c.Namespace, stem}]
	if s.trusted(c) || len(f.claims) > 1 {
		return true
	}
	return slices.ContainsFunc(ways, func(way split) bool {
		return slices.ContainsFunc(s.stems[Key{c.Namespace, way.set}], func(other string) bool {
			return other != stem && maps.Equal(s.families[Key{c.Namespace, other}].claims[0].Labels, c.Labels)
		})
	})
}
