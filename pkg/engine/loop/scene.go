package loop

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// describe adds to a halt what somebody needs who was not there: which images,
// what is safe, and what the pod tells. It is read before anything deletes the
// pod, which a rollback does.
func (r *run) describe(o *engine.Outcome) {
	s := r.state.Present(r.seen)
	if o.Result != engine.Halted || !r.state.Follows(r.plan, s) {
		return
	}
	if r.plan.Resizes() && o.Pod == "" {
		return // nothing has happened to a pod
	}
	if o.Images = r.plan.Images; o.Images == nil {
		o.Images = s.RolloutImages(s.StableRevision(), s.UpdateRevision())
	}
	o.Safe = safe(s, r.Now())
	if r.Witness != nil && o.Pod != "" {
		o.Evidence = engine.Ask(r.ctx, r.Witness, o.Evidence, o.Pod, o.Trouble)
	}
	if o.Evidence != nil {
		o.Try = engine.SeeMore(o.Try, o.Pod, o.Evidence)
	}
}

// safe says which pods serve, and from which images.
func safe(s sts.Snapshot, now time.Time) string {
	focus := s.Focus(s.StableRevision(), s.UpdateRevision())
	var images []string // in the order of the ordinals
	byImage := map[string][]string{}
	good := 0
	for o := range s.Ordinals().All() {
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
