package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// ClaimsResized holds when the volumes of these claims have the sizes that the claims ask
// for, or nearly all of them have.
type ClaimsResized struct {
	Claims []ClaimSize `json:"claims"`
	// Growing is how many may still be on their way: then the next one is begun.
	Growing int `json:"growing,omitempty"`
	// Leaves says that those which wait for their pods to restart hold nothing up: a later
	// step says what is to be done about all of them.
	Leaves bool `json:"leaves,omitempty"`
	// Before is how many claims of the plan come before these, and Of how many there are.
	Before int `json:"before,omitempty"`
	Of     int `json:"of"`
	// Patience is how long a driver's error may last before it counts. Placing is the same
	// for a file system that waits for its pod: the kubelet looks at the claims of a pod
	// that runs once a minute or so.
	Patience metav1.Duration `json:"patience"`
	Placing  metav1.Duration `json:"placing"`
}

// Check is Recall for whoever has no memory.
func (c ClaimsResized) Check(s sts.Snapshot, now time.Time) Progress {
	_, p := c.Recall(nil, s, now)
	return p
}

// Recall looks at each claim. It keeps in mind since when each is where it is: the
// conditions of a claim tell when they came, and not whether anything was done since.
func (c ClaimsResized) Recall(memory any, s sts.Snapshot, now time.Time) (any, Progress) {
	if s.Claims == nil {
		return memory, claimsUnknown
	}
	r := c.look(memory, s, now)
	if r.each() {
		r.end()
	}
	return r.seen, r.p
}

// resizing is one look at all claims.
type resizing struct {
	ClaimsResized
	s    sts.Snapshot
	now  time.Time
	seen resizesSeen
	p    Progress
	// offline says that one has waited for its pod long enough: the others, of the same
	// driver, most likely do as well.
	offline bool
	// restarts says that pods are restarted for which a file system waits.
	restarts bool
	// growing are on their way, and parked wait for their pods to restart.
	growing, parked []ClaimSize
}

// look begins a look at all claims.
func (c ClaimsResized) look(memory any, s sts.Snapshot, now time.Time) *resizing {
	seen, _ := memory.(resizesSeen)
	r := &resizing{ClaimsResized: c, s: s, now: now, seen: maps.Clone(seen)}
	if r.seen == nil {
		r.seen = resizesSeen{}
	}
	for _, was := range r.seen {
		r.offline = r.offline || was.waited || was.stage == storage.ResizeNode && !now.Before(was.since.Add(c.Placing.Duration))
	}
	// The pods are the business of nobody here: one that is full may be what is mended.
	r.p = Progress{Good: c.Before, Want: c.Of, Bears: true}
	return r
}

// each looks at each claim, and reports whether none of them ends the run.
func (r *resizing) each() bool {
	for _, claim := range r.Claims {
		r.claim(claim)
		if r.p.Broken != "" || r.p.Stuck != "" {
			r.p.Waiting = ""
			return false
		}
	}
	return true
}

func (c ClaimsResized) String() string {
	names, what := make([]string, 0, len(c.Claims)), "the new size"
	for _, claim := range c.Claims {
		if names = append(names, claim.Name); claim.Attributes != "" {
			what = "what is asked for"
		}
	}
	switch {
	case c.Growing >= len(names):
		return ClaimNames(names) + " " + onTheWay(len(names))
	case c.Growing > 0:
		return fmt.Sprintf("at most %d of %s %s not %s", c.Growing, ClaimNames(names), has(c.Growing), what)
	}
	return ClaimNames(names) + " " + has(len(names)) + " " + what
}

func onTheWay(n int) string {
	if n == 1 {
		return "is on its way"
	}
	return "are on their way"
}

func has(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// claim judges one claim.
func (r *resizing) claim(want ClaimSize) {
	claim, broken := want.claim(r.s)
	if broken != "" {
		r.p.Broken = broken
		return
	}
	stage := claim.Stage()
	switch {
	case want.To == "":
		stage = storage.ResizeDone // its size is none of the run's business
	case !want.Sized(claim):
		stage = storage.ResizeAsked // the watch does not show the change yet
	}
	at := ClaimProgress{
		Name: want.Name, Ordinal: want.Ordinal, Has: claim.Size, Wants: cmp.Or(want.To, claim.Requested()), Stage: stage,
		WantsAttributes: want.Attributes,
	}
	if want.Attributes != "" {
		at.HasAttributes = claim.Attributes
	}
	if claim.Resize != nil && stage != storage.ResizeAsked && want.To != "" {
		at.Reason, at.Message = claim.Resize.Reason(), claim.Resize.Message
	}
	if _, pod := r.s.Pod(want.Ordinal); stage == storage.ResizeNode && !pod && !r.s.Ordinals().Has(want.Ordinal) {
		// Nothing mounts it: the file system gets its size when a pod does, and not before.
		stage, at.Unmounted = storage.ResizeDone, true
	}
	stage = at.Modify(claim, stage)
	was := r.remember(claim, want, stage, &at)
	stage = was.stage
	r.p.Claims = append(r.p.Claims, at)
	if stage == storage.ResizeDone {
		r.p.Good++
		return
	}
	r.judge(want, at, was)
}

// judge decides what a claim that has not got its size means to the run.
func (r *resizing) judge(want ClaimSize, at ClaimProgress, was resizeSeen) {
	pod, there := r.s.Pod(want.Ordinal)
	stage, patient := was.stage, r.patient(was, pod)
	waits := !patient.IsZero() && (stage == storage.ResizeFailing || stage == storage.ResizeNode && at.pends() && there)
	late := waits && !r.now.Before(patient)
	switch {
	case stage == storage.ResizeInfeasible, stage == storage.ResizeFailing && late:
		r.p.Stuck, r.p.Reason = at.Says(), at.Reason
		r.p.Try = r.recover(want, at)
		return
	case late && r.restarts && was.fresh:
		r.p.Stuck, r.p.Reason = at.Says()+", although "+pod.Name+" has restarted since the volume grew", at.Reason
		r.p.Try = slices.Concat(r.recover(want, at)[:1], []hint.Hint{hint.Kube("see what its kubelet says", "describe", "pod", pod.Name)})
		return
	case late && modifies(want, r.s):
		// Its pod is no hurry while the driver has another part to do.
	case late:
		was.waited = true
		r.seen[want.UID] = was
		r.parked = append(r.parked, want)
		return
	case waits && (r.p.NextAt.IsZero() || patient.Before(r.p.NextAt)):
		r.p.NextAt = patient
	}
	if r.growing = append(r.growing, want); r.p.Waiting == "" {
		r.p.Waiting, r.p.Reason = at.Says(), at.Reason
		if stage == storage.ResizeNode && !there {
			r.p.Waiting += fmt.Sprintf(", which a pod %s that mounts it has to be there for", r.s.PodName(want.Ordinal))
		}
	}
}

// end says what all claims together come to.
func (r *resizing) end() {
	switch n := len(r.growing); {
	case n > 0 && n > r.Growing:
		if n > 1 {
			r.p.Waiting += fmt.Sprintf(" (and %d more)", n-1)
		}
		return
	case len(r.parked) == 0 || r.Leaves || r.Growing > 0:
		r.p.Done, r.p.Waiting, r.p.Reason = true, "", ""
		return
	}
	ordinals := map[int]bool{}
	var names []string
	for _, claim := range r.parked {
		ordinals[claim.Ordinal] = true
		names = append(names, claim.Name)
	}
	r.p.Waiting, r.p.Reason = "", "FileSystemResizePending"
	r.p.Held = fmt.Sprintf("the file system of %s grows only when its pod restarts (FileSystemResizePending)", ClaimNames(names))
	words := workload.OrdinalWords(slices.Collect(maps.Keys(ordinals)))
	r.p.Try = []hint.Hint{hint.Plugin("restart it", "restart", r.s.Name(), "--ordinals", words)}
	if len(names) > 1 {
		r.p.Held = fmt.Sprintf("the file systems of %s grow only when their pods restart (FileSystemResizePending)", ClaimNames(names))
		r.p.Try[0].Words = "restart them one by one"
	}
}

// recover are the ways out for a claim that its driver can't give the size.
func (r *resizing) recover(want ClaimSize, at ClaimProgress) []hint.Hint {
	out := []hint.Hint{hint.Kube("see what the driver says", "describe", "pvc", want.Name)}
	switch {
	case at.Modifies && (at.Stage == storage.ResizeInfeasible || at.Reason == storage.ModifyPending):
		return append(out, unmodify(r.s.Name(), want, at))
	case at.Modifies: // the driver goes on trying, whatever is asked for
		return out
	}
	if storage.CompareSizes(at.Has, want.To) < 0 {
		out = append(out, hint.Plugin(fmt.Sprintf("ask for less, which must be more than the %s that it has", at.Has), "resize", r.s.Name(),
			"--size", want.Template+"="+hint.Blank, "--ordinals", fmt.Sprint(want.Ordinal), "--claims-only"))
	}
	return out
}
