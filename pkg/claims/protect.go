package claims

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Owner is whose a claim is as far as its deletion goes.
type Owner struct {
	// Set is the set that the claim is of, nil where there is no such set any more.
	Set *sts.Snapshot
	// Pod is the set's pod that goes along, "" for none. That it uses or owns the claim
	// is no reason to keep it.
	Pod string
	// Replaced says that the ordinal is to have a new claim instead of this one. That an
	// autoscaler may want the ordinal is no reason to keep the old one then.
	Replaced bool
}

func (o Owner) uid() types.UID {
	if o.Set == nil {
		return ""
	}
	return o.Set.UID()
}

// Protects is the one rule about what keeps a claim from every verb that would
// delete it, and says why: another set may have made it, a person's annotation,
// another pod that uses it, something else that owns it, or an autoscaler that may
// want the ordinal again. Both are empty where nothing does.
//
// Not part of it is what means something to one verb only:
//   - Whether the set wants the ordinal, also when it is scaled to 0. A scale is told
//     so; a prune has to find out (InRange, ScaledToZero).
//   - That the set is in the middle of a change. A scale is that change, and deletes
//     claims at its end; a prune keeps them until it is over (Scaling).
//   - That the set is being deleted. A scale is refused as a whole; a prune keeps the
//     claims of this set (SetDeleting).
//   - That the claim is being deleted already. A scale waits until it is; a prune has
//     nothing to do about it (Deleting).
//   - Claims that no template makes, and what flags of a prune ask for. A scale does
//     not look at these claims, and has no such flags (NoSet, Unclear, NotAsked, TooYoung).
func (x Index) Protects(c storage.Claim, of Owner) (Class, string) {
	if why := x.otherSet(c, of.Set); why != "" {
		return Ambiguous, why
	}
	if c.Keep {
		return Annotated, "annotation " + storage.KeepAnnotation
	}
	if user := x.user(Key{c.Namespace, c.Name}, of.Pod); user != "" {
		return Mounted, "pod " + user + " mounts it or waits for it" + unlikeMounted(c)
	}
	if owner, ok := c.OtherOwner(of.uid(), of.Pod); ok {
		return Owned, fmt.Sprintf("it belongs to %s %s", owner.Kind, owner.Name)
	}
	if why := x.wantedAgain(c, of); why != "" {
		return Autoscaled, why
	}
	return "", ""
}

// otherSet says which other set may have made a claim that a template of this set
// would make now: one whose template makes the same name, or one that is gone or has
// no such template any more. Where the name can be read in another way, only the
// labels that a set's controller gives its claims tell the two apart.
func (x Index) otherSet(c storage.Claim, set *sts.Snapshot) string {
	stem, _, ok := stemOf(c.Name)
	if set == nil || !ok {
		return ""
	}
	own, ok := makes(set, stem)
	if !ok {
		return "" // see Judge.unmade
	}
	makers := x.byStem[Key{c.Namespace, stem}]
	if !slices.ContainsFunc(makers, func(m claimTemplate) bool { return m.set.Name() == set.Name() }) {
		makers = append([]claimTemplate{own}, makers...) // the set is younger than the look
	}
	if len(makers) > 1 {
		return between(makers[0], makers[1])
	}
	others := slices.DeleteFunc(splits(stem), func(way split) bool { return way.set == set.Name() })
	for _, way := range others {
		if other := x.byName[Key{c.Namespace, way.set}]; other != nil && labelled(c, *other) {
			return fmt.Sprintf("it can be template %s of set %s, whose labels it has, or template %s of set %s",
				way.template, way.set, own.template, set.Name())
		}
	}
	if len(others) > 0 && !labelled(c, *set) {
		return fmt.Sprintf("its labels are not those of set %s: it can also be template %s of a set %s",
			set.Name(), others[0].template, others[0].set)
	}
	return ""
}

// between says that two sets make the same name.
func between(a, b claimTemplate) string {
	return fmt.Sprintf("it can be template %s of set %s or template %s of set %s", a.template, a.set.Name(), b.template, b.set.Name())
}

// wantedAgain says which autoscaler may scale the set up to the claim's ordinal.
func (x Index) wantedAgain(c storage.Claim, of Owner) string {
	if of.Set == nil || of.Replaced {
		return ""
	}
	ordinal, ok := of.Set.OrdinalOfClaim(c.Name)
	if !ok {
		return "" // no pod of the set would get it
	}
	for _, a := range x.scalers[Key{c.Namespace, of.Set.Name()}] {
		if of.Set.Ordinals().Resized(a.Max).Has(ordinal) {
			return fmt.Sprintf("autoscaler %s may scale set %s up to %d", a.Name, of.Set.Name(), a.Max)
		}
	}
	return ""
}

// The condition Unused (KEP-5541) is written by a controller, which is behind the
// pods by seconds, or for good where it is off by now. Pods decide; where the
// condition contradicts them, the reason says so.

func unlikeMounted(c storage.Claim) string {
	if c.UnusedSince.IsZero() {
		return ""
	}
	return ", though its condition Unused is True"
}
