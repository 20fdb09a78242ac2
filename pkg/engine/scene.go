package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Witness tells what the cluster knows about a pod that a run has failed because
// of: nil for nothing. It gives up after a few seconds.
type Witness interface {
	Evidence(ctx context.Context, pod, container string) *sts.Evidence
}

// describe adds to a halt what somebody needs who was not there: which images,
// what is safe, and what the pod tells. It is read before anything deletes the
// pod, which a rollback does.
func (r *run) describe(o *Outcome) {
	s := r.present()
	if o.Result != Halted || !s.Exists() || s.UID() != r.plan.UID {
		return
	}
	if o.Images = r.plan.Images; o.Images == nil {
		o.Images = s.RolloutImages(s.StableRevision(), s.UpdateRevision())
	}
	o.Safe = safe(s, r.Now())
	if r.Witness != nil && o.Pod != "" {
		o.Evidence = Ask(r.ctx, r.Witness, o.Evidence, o.Pod, o.Trouble)
	}
	if r.Command != "" && o.Evidence != nil {
		o.Try = SeeMore(o.Try, r.Command, o.Pod, o.Evidence)
	}
}

// Ask is the evidence of a pod. What a run that failed has kept of it stays, and
// gets the log, which is not kept.
func Ask(ctx context.Context, w Witness, kept *sts.Evidence, pod string, trouble *sts.Trouble) *sts.Evidence {
	container := ""
	switch {
	case kept != nil:
		container = kept.Container
	case trouble != nil:
		container = trouble.Container
	}
	now := w.Evidence(ctx, pod, container)
	if kept == nil {
		return now
	}
	whole := kept.WithLog(now)
	return &whole
}

// safe says which pods serve, and from which images.
func safe(s sts.Snapshot, now time.Time) string {
	focus := s.Focus(s.StableRevision(), s.UpdateRevision())
	var images []string // in the order of the ordinals
	byImage := map[string][]string{}
	good := 0
	for o := s.Start(); o < s.End(); o++ {
		pod, ok := s.Pod(o)
		if !ok || !pod.Available(s.MinReady(), now) {
			continue
		}
		good++
		image := focus.Words(pod.Images)
		if byImage[image] == nil {
			images = append(images, image)
		}
		byImage[image] = append(byImage[image], pod.Name)
	}
	if good == 0 {
		return "no pod is Available"
	}
	for i, image := range images {
		images[i] = names(byImage[image]) + " on " + image
	}
	return fmt.Sprintf("%d of %s Available: %s", good, sts.Count(s.Replicas(), "pod"), strings.Join(images, ", "))
}

// names joins the names of pods and shortens a long list.
func names(pods []string) string {
	const most = 3
	if len(pods) > most {
		return pods[0] + " … " + pods[len(pods)-1]
	}
	return strings.Join(pods, ", ")
}

// tryAgain is the word for the command that makes another try of what failed.
const tryAgain = "try again"

// SeeMore adds to what helps the commands that show more of a pod: behind the ways
// back, before another try.
func SeeMore(try []string, command hint.Caller, pod string, e *sts.Evidence) []string {
	at := len(try)
	for at > 0 && (strings.HasPrefix(try[at-1], tryAgain) || strings.HasPrefix(try[at-1], goOn)) {
		at--
	}
	out := slices.Clone(try[:at])
	for _, h := range looks(pod, e) {
		if more := command.Render(h); !slices.Contains(try, more) {
			out = append(out, more)
		}
	}
	return append(out, try[at:]...)
}

// looks are the commands that show more of a pod than its evidence does.
func looks(pod string, e *sts.Evidence) []hint.Hint {
	var out []hint.Hint
	if e != nil && len(e.Log) > 0 {
		args := []string{pod, "-c", e.Container}
		if e.Previous {
			args = append(args, "--previous")
		}
		out = append(out, hint.Hint{Words: "see the whole log", Kind: hint.Kubectl, Verb: "logs", Args: args})
	}
	return append(out, hint.Hint{Words: "look closer", Kind: hint.Kubectl, Verb: "describe", Args: []string{"pod", pod}})
}
