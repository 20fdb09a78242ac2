package feed

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// What a driver says about a size that it can't give is in a condition of the claim or, of
// an older resizer and of an infeasible size, in an event alone. Not being allowed to read
// events costs the words and nothing else.

const (
	// wordsWithin is how long the events are waited for: they come after the status.
	wordsWithin = 2 * time.Second
	wordsAgain  = 200 * time.Millisecond
	// clocksApart is how far the clocks of the API server and of a driver may be apart, and
	// the times of both are in whole seconds.
	clocksApart = 2 * time.Second
)

// addDriverWords adds what drivers say about claims that don't get their size. It asks
// once for each size that a claim asks for, and for all claims together.
func (w *watcher) addDriverWords(ctx context.Context, s sts.Snapshot) sts.Snapshot {
	var without []*storage.Claim
	for i := range s.Claims {
		claim := &s.Claims[i]
		if claim.Resize == nil || claim.Resize.Message != "" || !claim.Stage().Fails() {
			continue
		}
		if words, asked := w.words[sizeOf(claim)]; asked {
			claim.Resize.Message = words
			continue
		}
		without = append(without, claim)
	}
	if len(without) == 0 {
		return s
	}
	found := w.driverWords(ctx, without)
	for _, claim := range without {
		claim.Resize.Message = found[claim.UID]
		w.words[sizeOf(claim)] = found[claim.UID]
	}
	return s
}

// sizeOf stands for a claim that asks for this size.
func sizeOf(claim *storage.Claim) string { return string(claim.UID) + " " + claim.Resize.Request }

// driverWords are those of the newest warning about each claim's size, as far as there are
// any within the time for all of them.
func (w *watcher) driverWords(ctx context.Context, of []*storage.Claim) map[types.UID]string {
	ctx, cancel := context.WithTimeout(transport.Quiet(ctx), wordsWithin)
	defer cancel()
	words := map[types.UID]string{}
	for {
		newest := map[types.UID]*corev1.Event{}
		for _, reason := range sizeReasons {
			opts := metav1.ListOptions{FieldSelector: fields.Set{
				"involvedObject.kind": "PersistentVolumeClaim", "reason": reason,
			}.AsSelector().String()}
			err := transport.Pages(ctx, opts, w.conn.Events(of[0].Namespace).List, func(list *corev1.EventList) {
				for i := range list.Items {
					e := &list.Items[i]
					if of := e.InvolvedObject.UID; newest[of] == nil || saidAt(newest[of]).Before(saidAt(e)) {
						newest[of] = e
					}
				}
			})
			if err != nil {
				return words
			}
		}
		for _, claim := range of {
			if e := newest[claim.UID]; e != nil && !saidAt(e).Before(claim.Resize.Asked.Add(-clocksApart)) {
				words[claim.UID] = e.Message
			}
		}
		if len(words) == len(of) {
			return words
		}
		select {
		case <-ctx.Done():
			return words
		case <-time.After(wordsAgain):
		}
	}
}

// sizeReasons are those that a resizer and a kubelet give for what failed.
var sizeReasons = []string{"VolumeResizeFailed", "FileSystemResizeFailed"}

// saidAt is when an event was last said. What was said before a size was asked for is about
// another one.
func saidAt(e *corev1.Event) time.Time {
	last := e.LastTimestamp.Time
	if at := e.EventTime.Time; at.After(last) {
		last = at
	}
	if e.Series != nil && e.Series.LastObservedTime.After(last) {
		last = e.Series.LastObservedTime.Time
	}
	return last
}
