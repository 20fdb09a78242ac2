package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Status is all that the status of one set shows.
type Status struct {
	Snapshot sts.Snapshot
	Ops      operation.Found // what is in progress
	Verdict  verdict.Verdict
	Now      time.Time
	Context  string      // what the user calls the cluster
	Caller   hint.Caller // how the user calls the plugin for this set
	// Findings are the IDs of the rules that have found something which is a warning or
	// worse, as far as this look tells.
	Findings []string
}

// StatusPod is a pod of a set, or an ordinal that lacks one.
type StatusPod struct {
	Progress sts.PodProgress
	Revision string // empty where there is no pod
	Class    string // what the revision is to the rollout
	Image    string // that tells one revision from the other
	Ready    string // containers, of how many
	Restarts int
	Created  time.Time // zero where there is no pod
	Node     string
	Zone     string
}

// Pods are those of all ordinals, and those that a scale-down has left.
func (st Status) Pods() []StatusPod {
	s := st.Snapshot
	focus := s.Focus(st.Stable(), s.UpdateRevision())
	var out []StatusPod
	for o := range s.Ordinals().All() {
		out = append(out, st.pod(o, focus))
	}
	for _, p := range s.Stray() {
		out = append(out, st.pod(p.Ordinal, focus))
	}
	return out
}

func (st Status) pod(ordinal int, focus sts.Focus) StatusPod {
	out := StatusPod{Progress: st.Snapshot.PodProgress(ordinal, st.Snapshot.Wanted(ordinal), st.Now)}
	if p, ok := st.Snapshot.Pod(ordinal); ok {
		out.Revision, out.Class, out.Image = Clean(p.Revision), st.class(p.Revision), Clean(focus.Words(p.Images))
		out.Ready, out.Restarts = fmt.Sprintf("%d/%d", p.ReadyCount, p.Containers), p.Restarts
		out.Node, out.Zone, out.Created = Clean(p.Node), Clean(p.Zone), p.Created
	}
	return out
}

// Revisions are what the revisions are to what is in progress.
func (st Status) Revisions() operation.Revisions {
	for _, r := range st.Ops.Records {
		if found := r.Revisions(); found != nil {
			return *found
		}
	}
	return operation.Revisions{Stable: st.Snapshot.StableRevision(), Before: "stable", After: "update"}
}

// Stable is the revision to tell the others from.
func (st Status) Stable() string { return st.Revisions().Stable }

// class is what a pod's revision is to the rollout.
func (st Status) class(revision string) string {
	r := st.Revisions()
	is := revision == st.Snapshot.UpdateRevision()
	switch {
	case is && r.Returns:
		return r.After // even where it was so before: kubectl had undone the template
	case revision == r.Stable:
		return r.Before
	case is:
		return r.After
	}
	return "other"
}

// PartitionSince is when the partition was last written. There is no such
// time without a partition.
func (st Status) PartitionSince() (time.Time, bool) {
	if st.Snapshot.Partition() == 0 {
		return time.Time{}, false
	}
	w, ok := fieldmanager.WriterOf(st.Snapshot.Set, workload.FieldPartition)
	return w.Time, ok
}

// Driver is the process that drives what is in progress, nil for nobody or where the
// set does not tell.
func (st Status) Driver() *note.Driver {
	first := st.Ops.First()
	if first == nil {
		return nil
	}
	return first.Driven(st.Snapshot, st.Now)
}

// HasEnded reports whether a process is known to have ended.
func (st Status) HasEnded(d note.Driver) bool { return st.Ops.Ended != nil && st.Ops.Ended(d) }

// TemplateImage is the image that the set wants: of its first container, with how
// many more there are.
func (st Status) TemplateImage() string {
	return Clean(sts.Focus{}.Words(podtemplate.SpecImages(&st.Snapshot.Set.Spec.Template.Spec)))
}

// Images are what happens to images in the rollout that is on its way, or the
// image that all have.
func (st Status) Images() []podtemplate.ImageChange {
	return st.Snapshot.RolloutImages(st.Stable(), st.Snapshot.UpdateRevision())
}

// ResizeReason is the word of the API for where a claim of a plan stands, as far as the plan
// is about it, "" where there is none.
func ResizeReason(c *plan.Resize) string {
	if reason := c.Claim.Resize.Reason(); reason != "" || c.Attributes == "" {
		return reason
	}
	return c.Claim.ModifyReason()
}

// StatusClaim is a claim of a set, as far as its size goes, and its VolumeAttributesClass.
type StatusClaim struct {
	plan.ClaimProgress
	Template     string
	TemplateAsks string // what a new claim would ask for, "" where the template does not say
}

// Larger reports whether the claim asks for more than its template does.
func (c StatusClaim) Larger() bool {
	return c.TemplateAsks != "" && storage.CompareSizes(c.Wants, c.TemplateAsks) > 0
}

// Claims are those of the ordinals that the set wants, in their order; none where they
// have not been read.
func (st Status) Claims() []StatusClaim {
	s := st.Snapshot
	if s.Claims == nil {
		return nil
	}
	var out []StatusClaim
	for o := range s.Ordinals().All() {
		for _, template := range s.ClaimTemplates() {
			i := slices.IndexFunc(s.Claims, func(c storage.Claim) bool { return c.Name == s.ClaimName(template, o) })
			if i < 0 {
				continue
			}
			c := &s.Claims[i]
			at := plan.ClaimProgress{
				Name: c.Name, Ordinal: o, Has: c.Size, Wants: c.Requested(), Stage: c.Stage(), Reason: c.Resize.Reason(),
			}
			if c.Resize != nil && at.Reason != "" {
				at.Message = c.Resize.Message
			}
			at.HasAttributes, at.WantsAttributes = c.Attributes, c.Attributes
			at.Modify(*c, at.Stage)
			out = append(out, StatusClaim{ClaimProgress: at, Template: template, TemplateAsks: s.TemplateRequest(template)})
		}
	}
	return out
}
