package operation

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// ChangeCause is the annotation that kubectl rollout history shows.
const ChangeCause = "kubernetes.io/change-cause"

// Rollout is the record of a canary, an undo, a restart or a replace: what it needs to be gone
// on with.
type Rollout struct {
	Version     int             `json:"version"`
	Verb        Verb            `json:"verb,omitempty"` // what is in progress, a canary when empty
	Run         string          `json:"run"`            // tells one run from the next
	Started     time.Time       `json:"started"`
	Stable      string          `json:"stable"`             // the ControllerRevision to go back to
	OwnTemplate bool            `json:"ownTemplate"`        // the canary set the template, so abort puts it back
	Template    string          `json:"template,omitempty"` // fingerprint of what is rolled out, empty when unknown
	Digest      string          `json:"digest,omitempty"`   // of the same, for any build; none in older records
	Partition   int             `json:"partition"`          // as it was before
	Steps       Steps           `json:"steps"`
	Soak        metav1.Duration `json:"soak"`
	Rollback    bool            `json:"rollback,omitempty"` // go back to stable by itself when a step fails
	Cause       *string         `json:"cause,omitempty"`    // the change-cause before
	Aborting    bool            `json:"aborting,omitempty"` // on the way back
	// Order is the order of the deletions, where it is not the controller that
	// replaces the pods.
	Order     podorder.Order `json:"order,omitzero"`
	IgnorePDB bool           `json:"ignorePDB,omitempty"` // go on whatever PodDisruptionBudgets say
	// Left is the revision that an abort takes the pods from, once it is known.
	Left string `json:"left,omitempty"`
	// Target is the revision that an undo goes to.
	Target string `json:"target,omitempty"`
	// Pods are the pods that a restart or a replace deletes, by ordinal. Nil for all else.
	Pods map[int]types.UID `json:"pods,omitempty"`
	// Claims are the claims that a replace deletes with their pods, by name. Nil for all
	// else.
	Claims map[string]types.UID `json:"claims,omitempty"`
	// Retain says that their volumes stay.
	Retain bool `json:"retain,omitempty"`
	// Gate is the partition as this operation has set it last; nil in older records.
	Gate *int `json:"gate,omitempty"`
	// Checks are what its steps are measured by; of commands only the digest is here.
	Checks []check.Check `json:"checks,omitempty"`
	// Hooks are the flags of the commands that are run for each pod.
	Hooks []string `json:"hooks,omitempty"`
	// HookDigests tell these commands from others; none in older records.
	HookDigests []HookDigest `json:"hookDigests,omitempty"`
	// Failed is how the last run of it ended, nil unless it halted.
	Failed *note.Failure `json:"failed,omitempty"`
	// Driver is the process that drives it, nil in older records.
	Driver *note.Driver `json:"driver,omitempty"`
	// Managers are the names besides the plugin's own under which its runs have
	// written (--field-manager).
	Managers []string `json:"managers,omitempty"`
}

// Verb is what is in progress.
type Verb string

// The verbs that leave a record.
const (
	VerbCanary  Verb = ""
	VerbUndo    Verb = "undo"
	VerbRestart Verb = "restart"
	VerbReplace Verb = "replace"
)

// Name is the verb as the user types it.
func (v Verb) Name() string { return cmp.Or(string(v), "canary") }

// Noun is the verb in a sentence.
func (v Verb) Noun() string {
	if v == VerbUndo {
		return "an undo"
	}
	return "a " + v.Name()
}

// FindRollout reads the record of the rollout in progress; nil when there is none.
func FindRollout(s sts.Snapshot) (*Rollout, error) {
	return note.Read[Rollout](s, note.RolloutAnnotation, "put the partition where it belongs")
}

// Check rejects what no run writes.
func (r Rollout) Check() error {
	switch {
	case r.Stable == "", r.Started.IsZero(), r.Steps.Empty():
		return errors.New("it lacks the stable revision, the steps or the time")
	case r.Version == note.FormatFailed && r.Failed == nil:
		return errors.New("it does not say how it failed")
	case !slices.Contains([]Verb{VerbCanary, VerbUndo, VerbRestart, VerbReplace}, r.Verb):
		return fmt.Errorf("verb %q", r.Verb)
	case (r.Verb == VerbReplace) != (len(r.Claims) > 0), r.Verb == VerbReplace && len(r.Pods) == 0:
		return fmt.Errorf("%s of %d pods and %d claims", r.Verb.Name(), len(r.Pods), len(r.Claims))
	case r.Partition < 0 || r.Partition > math.MaxInt32:
		return fmt.Errorf("partition %d", r.Partition)
	case r.Soak.Duration < 0:
		return fmt.Errorf("soak %s", r.Soak.Duration)
	}
	for _, revision := range []string{r.Stable, r.Left, r.Target} {
		if revision != "" && !sts.IsRevisionWord(revision) {
			return fmt.Errorf("revision %q", revision)
		}
	}
	if !knownHooks(r.Hooks) {
		return fmt.Errorf("commands %q", r.Hooks)
	}
	for _, d := range r.HookDigests {
		if !d.valid() {
			return fmt.Errorf("command of %q: digest %q", d.Flag, d.Digest)
		}
	}
	return cmp.Or(r.Order.Check(), check.ValidRecord(r.Checks))
}

// Owns notes that the run itself sets this template, and what abort has to
// write back beside the one before. Only a template that is exactly what the
// server will store has a fingerprint by which a stranger's change shows.
func (r *Rollout) Owns(template podtemplate.Template, exact bool, s sts.Snapshot) error {
	r.OwnTemplate = true
	if before, ok := s.Annotation(ChangeCause); ok {
		r.Cause = &before
	}
	if !exact {
		return nil
	}
	typed, err := template.Typed()
	if err != nil {
		return err
	}
	if r.Digest, err = template.Digest(); err != nil {
		return err
	}
	r.Template, err = podtemplate.Fingerprint(typed)
	return err
}

// RollsOut notes that it is the set's current template which is rolled out.
func (r *Rollout) RollsOut(s sts.Snapshot) error {
	var err error
	if s.Raw != nil {
		if r.Digest, err = s.Raw.Digest(); err != nil {
			return err
		}
	}
	r.Template, err = podtemplate.Fingerprint(&s.Set.Spec.Template)
	return err
}

// changed reports whether the set has another template by now than the one that
// is rolled out. Where only fingerprints can be compared a difference may come
// from the build alone: then it counts when somebody else has written since.
func (r Rollout) changed(s sts.Snapshot) bool {
	if r.Digest != "" && s.Raw != nil {
		now, err := s.Raw.Digest()
		return err == nil && now != r.Digest
	}
	if r.Template == "" || len(s.Set.Spec.Template.Spec.Containers) == 0 {
		return false // nobody knows
	}
	now, err := podtemplate.Fingerprint(&s.Set.Spec.Template)
	if err != nil || now == r.Template {
		return false
	}
	if len(s.Set.ManagedFields) == 0 {
		return true
	}
	_, others := fieldmanager.WrittenByOthers(s.Set, workload.FieldTemplate, r.Managers, r.Started)
	return others
}

// Stranger says who changed the template since the canary set it, or "".
func (r Rollout) Stranger(s sts.Snapshot) string {
	if !r.changed(s) {
		return ""
	}
	by := "somebody"
	if w, ok := fieldmanager.WriterOf(s.Set, workload.FieldTemplate); ok {
		by = fmt.Sprintf("%s at %s", w.Manager, w.Time.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("the template of statefulset %q was changed by %s, after the %s began", s.Name(), by, r.Verb.Name())
}

// Text is the annotation's value.
func (r Rollout) Text() *string {
	r.Version = note.FormatGoing
	if r.Failed != nil {
		r.Version = note.FormatFailed
	}
	return note.Text(r)
}

// WantsRollback reports whether the canary in progress was started with the
// wish to go back by itself when a step fails.
func WantsRollback(s sts.Snapshot) bool {
	record, err := FindRollout(s)
	return err == nil && record != nil && record.Rollback
}

// BeforeRollout gives a set that was read whole the partition that it had before the
// canary in progress: what a manifest of it is to be compared with.
func BeforeRollout(s sts.Snapshot, live *appsv1.StatefulSet) {
	record, err := FindRollout(s)
	if rolling := live.Spec.UpdateStrategy.RollingUpdate; err == nil && record != nil && rolling != nil {
		rolling.Partition = ptr.To(int32(record.Partition)) //nolint:gosec // it was one
	}
}
