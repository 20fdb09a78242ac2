package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
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
		if !s.Wants(name) {
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
