package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// The conditions of a set that is recreated around its running pods.

// SetGone holds once the set is gone.
type SetGone struct {
	UID types.UID `json:"uid"`
}

// Check looks for it.
func (g SetGone) Check(s sts.Snapshot, _ time.Time) Progress {
	if !s.Exists() || s.UID() != g.UID {
		return Progress{Done: true}
	}
	return Progress{Waiting: "the garbage collector to orphan the pods and remove the set" + finalizers(s.Set.Finalizers)}
}

// finalizers names those that hold up a deletion.
func finalizers(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return " (finalizer " + strings.Join(all, ", ") + ")"
}

func (SetGone) String() string { return "the set is gone" }

// Adopted holds once the controller of the new set has taken over the pods of the old one,
// at the revision that they have.
type Adopted struct {
	Revision string   `json:"revision"` // "" where there were no pods
	Pods     []string `json:"pods"`     // their names
	// Gone says that one which is not there may have gone: the controller, which adopts all
	// at once, makes it again only after others have restarted.
	Gone bool `json:"gone,omitempty"`
}

// Check looks at the revision and the owners.
func (a Adopted) Check(s sts.Snapshot, now time.Time) Progress {
	if p := (Observed{}).Check(s, now); !p.Done {
		return p
	}
	if a.Revision != "" && s.UpdateRevision() != a.Revision {
		return Progress{
			Reason: "OtherRevision",
			Stuck: fmt.Sprintf("the new set has revision %s and its pods have %s: the controller takes their templates for different "+
				"ones. No pod is replaced while the gate is closed", s.UpdateRevision(), a.Revision),
		}
	}
	for _, name := range a.Pods {
		if a.Gone || !s.Wants(name) {
			continue // somebody has scaled the set down meanwhile
		}
		if !slices.ContainsFunc(s.Pods, func(p sts.Pod) bool { return p.Name == name }) {
			return Progress{Waiting: "the StatefulSet controller to adopt pod " + name}
		}
	}
	return Progress{Done: true}
}

func (a Adopted) String() string {
	return fmt.Sprintf("the new set has adopted %s", sts.Count(len(a.Pods), "pod"))
}

// ClaimsUnowned holds when no claim of a pod that is there names the set or a pod as its
// owner: such a claim would be deleted together with that. The controller takes its hold off
// those, and off no other (updatePersistentVolumeClaim in its source); see [DisownClaim].
// The snapshots must tell of claims.
type ClaimsUnowned struct{}

// Check looks at the owners.
func (ClaimsUnowned) Check(s sts.Snapshot, now time.Time) Progress {
	if p := (Observed{}).Check(s, now); !p.Done {
		return p
	}
	if s.Claims == nil {
		return claimsUnknown
	}
	for i := range s.Claims {
		pod := s.PodOf(s.Claims[i].Name)
		if !slices.ContainsFunc(s.Pods, func(p sts.Pod) bool { return p.Name == pod }) {
			continue
		}
		for _, o := range s.Claims[i].Owners {
			if o.Kind == "Pod" && o.Name == pod || o.UID == s.UID() {
				return Progress{Waiting: fmt.Sprintf("the StatefulSet controller to remove %s %s from the owners of claim %s",
					strings.ToLower(o.Kind), o.Name, s.Claims[i].Name)}
			}
		}
	}
	return Progress{Done: true}
}

func (ClaimsUnowned) String() string { return "no claim is owned by the set or a pod" }

// VolumesAdded holds when every pod has the volumes of claim templates that were added, and is
// Available. One that lacks them is old. The lowest of those is to go first, once its claims
// are there and, where their class binds them without a pod, bound: the controller makes them
// as soon as every pod below it has its own (kubernetes#141876). What forbids the claims, or
// can't provision them, is not to cost a pod. The snapshots must tell of claims.
type VolumesAdded struct {
	Added []saved.Added `json:"added"`
}

// Check looks at each ordinal.
func (c VolumesAdded) Check(s sts.Snapshot, now time.Time) Progress {
	if s.Claims == nil {
		return claimsUnknown
	}
	lacks := func(pod sts.Pod) bool {
		return slices.ContainsFunc(c.Added, func(a saved.Added) bool { return !s.HasVolume(pod, a.Template) })
	}
	p := restarted(s, now, lacks)
	for _, t := range p.Pods {
		pod, there := s.Pod(t.Ordinal)
		switch {
		case t.State == sts.StateOld:
			return c.made(p, s, t.Ordinal, true)
		case t.State == sts.StatePending && there && !lacks(pod) && t.Trouble == nil: // the scheduler waits for the provisioner
			return c.made(p, s, t.Ordinal, false)
		case !t.Good():
			return p
		}
	}
	return p
}

// made adds what the claims of an ordinal wait for. That of a class that waits for a pod may
// be unbound until there is one.
func (c VolumesAdded) made(p Progress, s sts.Snapshot, ordinal int, before bool) Progress {
	for _, added := range c.Added {
		name := s.ClaimName(added.Template, ordinal)
		i := slices.IndexFunc(s.Claims, func(claim storage.Claim) bool { return claim.Name == name })
		if i < 0 {
			p.Waiting = "the StatefulSet controller to create claim " + name
			if pod, _ := s.Pod(ordinal); before && s.Ordered() && !pod.Ready {
				p.Waiting = pod.Name + " to be Ready again: its claims are made only then"
			}
			return p
		}
		switch claim := s.Claims[i]; {
		case claim.Deleting:
			p.Waiting = "claim " + name + " to go" + heldBy(claim)
		case claim.Phase == corev1.ClaimLost:
			p.Reason, p.Stuck = "ClaimLost", fmt.Sprintf("claim %s has lost its volume: the pod does not get it", name)
		case claim.Phase != corev1.ClaimBound && (added.Binds || !before):
			p.Waiting = "claim " + name + " to be bound"
		}
		if p.Waiting != "" || p.Stuck != "" {
			return p
		}
	}
	return p
}

func (c VolumesAdded) String() string {
	var templates []string
	for _, a := range c.Added {
		templates = append(templates, a.Template)
	}
	return "every pod has the volume of claim template " + strings.Join(templates, ", ") + " and is Available"
}

// VolumesDropped holds when every pod is Available again after these claim templates were
// removed. One that has their volume and is not Ready is old: the volume may be why.
type VolumesDropped struct {
	Templates []string `json:"templates"`
}

// Check looks at each ordinal.
func (c VolumesDropped) Check(s sts.Snapshot, now time.Time) Progress {
	return restarted(s, now, func(pod sts.Pod) bool {
		return !pod.Ready && slices.ContainsFunc(c.Templates, func(template string) bool { return s.HasVolume(pod, template) })
	})
}

func (c VolumesDropped) String() string {
	return "every pod is Available, with or without the volume of claim template " + strings.Join(c.Templates, ", ")
}

// restarted is how far the pods are of which those that are old have to restart.
func restarted(s sts.Snapshot, now time.Time, old func(sts.Pod) bool) Progress {
	if p := (Observed{}).Check(s, now); !p.Done {
		return p
	}
	p := Progress{Want: s.Replicas()}
	for o := range s.Ordinals().All() {
		t := s.PodProgress(o, "", now)
		if pod, there := s.Pod(o); there && !pod.Terminating && old(pod) {
			t.State, t.Due, t.GoodAt = sts.StateOld, true, time.Time{}
		}
		p.add(t)
	}
	// What becomes of the claims of a pod that is not wanted is decided when it goes, which may
	// be only after those that are old.
	isOld := func(t sts.PodProgress) bool { return t.State == sts.StateOld }
	if stray := s.Stray(); len(stray) > 0 && !slices.ContainsFunc(p.Pods, isOld) {
		p.Waiting = "pod " + stray[0].Name + " to go, which the set does not want"
	}
	p.Done = p.Good == p.Want && p.Waiting == ""
	return p
}

// Gap are the steps between which there is no set, where the plan recreates it: the one
// that deletes it, and the one that creates it. Both are -1 otherwise.
func (p Plan) Gap() (from, to int) {
	of := func(is func(Change) bool) int {
		return slices.IndexFunc(p.Steps, func(s Step) bool { return is(s.Change) })
	}
	return of(func(c Change) bool { _, is := c.(DeleteSet); return is }), of(func(c Change) bool { _, is := c.(CreateSet); return is })
}

// Recreates reports whether the plan is one of a recreate.
func (p Plan) Recreates() bool { return p.Record == saved.Annotation }
