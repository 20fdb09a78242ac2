package claims

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// unmade decides about a claim that no template of any set would make: the
// template may be gone from its set, or the whole set, or no set ever made it.
// Here nothing is certain, so everything must speak for it: the name, the
// labels that the controller copies from the set's selector, who made it, and
// the other claims of that name.
func (j *Judge) unmade(v Verdict, stem string, x Index) Verdict {
	var live, near, gone []split
	for _, way := range splits(stem) {
		switch set := x.byName[Key{v.Claim.Namespace, way.set}]; {
		case set == nil:
			gone = append(gone, way)
		case labelled(v.Claim, *set):
			live = append(live, way)
		default:
			near = append(near, way)
		}
	}
	switch {
	case len(live) > 1:
		return j.lost(v, live[0], x).keep(Ambiguous, fmt.Sprintf("it can be template %s of set %s or template %s of set %s",
			live[0].template, live[0].set, live[1].template, live[1].set))
	case len(live) == 1 && len(gone) > 0 && !j.options.DeletedSets:
		return j.lost(v, live[0], x).keep(NotAsked, fmt.Sprintf(
			"set %s has no template %s; it can also be of set %s, which is gone (see --deleted-sets)",
			live[0].set, live[0].template, gone[0].set))
	case len(live) == 1:
		v = j.lost(v, live[0], x).remove(TemplateGone, fmt.Sprintf("set %s has no claim template %s", live[0].set, live[0].template))
		return j.evidence(v, stem, x)
	case len(gone) == 0 && len(near) > 0:
		return j.lost(v, near[0], x).keep(Unclear, fmt.Sprintf(
			"set %s has no claim template %s, and the claim's labels are not those of the set", near[0].set, near[0].template))
	case len(gone) == 0:
		return v.keep(NoSet, "it is not named as a StatefulSet names its claims")
	}
	v = j.lost(v, j.likely(v.Claim, gone), x)
	if !j.options.DeletedSets {
		return v.keep(NotAsked, fmt.Sprintf("there is no set %s (see --deleted-sets)", v.Set))
	}
	return j.evidence(v.remove(SetGone, fmt.Sprintf("set %s is gone", v.Set)), stem, x)
}

func (j *Judge) lost(v Verdict, way split, x Index) Verdict {
	v.Set, v.Template = way.set, way.template
	if s := x.byName[Key{v.Claim.Namespace, way.set}]; s != nil {
		v.Seen = Look(*s)
	}
	return v
}

// likely is the best guess at what the set was called: as it was asked for, as
// a label says, or with the shortest name of a template, for few have a dash.
func (j *Judge) likely(c storage.Claim, ways []split) split {
	for _, way := range ways {
		if slices.Contains(j.options.Sets, way.set) {
			return way
		}
	}
	for _, way := range ways {
		for _, value := range c.Labels {
			if value == way.set {
				return way
			}
		}
	}
	return ways[0]
}

// labelled reports whether the claim has the labels that the set's controller
// gives its claims (getPersistentVolumeClaims in its source). A selector
// without any gives none, and so is no evidence.
func labelled(c storage.Claim, s sts.Snapshot) bool {
	if s.Set.Spec.Selector == nil || len(s.Set.Spec.Selector.MatchLabels) == 0 {
		return false
	}
	for key, value := range s.Set.Spec.Selector.MatchLabels {
		if got, ok := c.Labels[key]; !ok || got != value {
			return false
		}
	}
	return true
}

// evidence keeps a claim unless all that is known of it and its siblings says
// that a set made it.
func (j *Judge) evidence(v Verdict, stem string, x Index) Verdict {
	c := &v.Claim
	f := j.siblings.families[Key{c.Namespace, stem}]
	if f == nil {
		return v.reprieve(Unclear, "it was not found when the claims of its namespace were read again")
	}
	first := f.claims[0]
	why := ""
	switch {
	case len(c.Labels) == 0:
		why = "it has no labels, and claims of a set have those of its selector"
	case c.MadeBy != "" && !j.siblings.trusted(c):
		why = fmt.Sprintf("it was made by %s, not by the StatefulSet controller", c.MadeBy)
	case f.unlike != nil:
		why = fmt.Sprintf("%s and %s have different labels", first.Name, f.unlike.Name)
	case !maps.Equal(c.Labels, first.Labels):
		why = "its labels were changed since it was listed"
	case f.handmade != nil:
		why = fmt.Sprintf("its sibling %s was made by %s, not by the StatefulSet controller", f.handmade.Name, f.handmade.MadeBy)
	case f.owned != nil && f.owned.UID != c.UID:
		why = fmt.Sprintf("its sibling %s belongs to %s %s", f.owned.Name, f.owned.Owners[0].Kind, f.owned.Owners[0].Name)
	case !j.siblings.known(c, stem, splits(stem)):
		why = "nothing but its name and labels tells that a set made it"
	}
	if why != "" {
		return v.reprieve(Unclear, why)
	}
	if used, pod := x.used(f, c.Namespace, stem); used != "" && used != c.Name {
		return v.reprieve(Unclear, fmt.Sprintf("pod %s mounts its sibling %s", pod, used))
	}
	return v
}

// used is a claim of the family that a pod mounts or waits for, and the pod.
func (x Index) used(f *family, namespace, stem string) (claim, pod string) {
	key := Key{namespace, stem}
	if claim, ok := x.inUse[key]; ok {
		return claim, x.users[Key{namespace, claim}]
	}
	for _, c := range f.claims {
		if _, ok := x.users[Key{namespace, c.Name}]; ok {
			claim = c.Name
			break
		}
	}
	x.inUse[key] = claim
	return claim, x.users[Key{namespace, claim}]
}
