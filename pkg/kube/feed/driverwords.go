package feed

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// What a driver says about a size that it can't give is in a condition of the claim or, of
// an older resizer and of an infeasible size, in an event alone. Not being allowed to read
// events costs the words and nothing else.

const (
	// wordsWithin is how long the event is waited for: it comes after the status.
	wordsWithin = 2 * time.Second
	wordsAgain  = 200 * time.Millisecond
)

// addDriverWords adds what drivers say about claims that don't get their size. It asks
// once for each size that a claim asks for.
func (w *watcher) addDriverWords(ctx context.Context, s sts.Snapshot) sts.Snapshot {
	for i := range s.Claims {
		claim := &s.Claims[i]
		if stage := claim.Stage(); claim.Resize == nil || claim.Resize.Message != "" ||
			stage != storage.ResizeInfeasible && stage != storage.ResizeFailing {
			continue
		}
		key := string(claim.UID) + " " + claim.Resize.Request
		words, asked := w.words[key]
		if !asked {
			words = w.driverWords(ctx, claim)
			w.words[key] = words
		}
		claim.Resize.Message = words
	}
	return s
}

// driverWords are those of the newest warning about a claim's size, "" for none.
func (w *watcher) driverWords(ctx context.Context, claim *storage.Claim) string {
	ctx, cancel := context.WithTimeout(transport.Quiet(ctx), wordsWithin)
	defer cancel()
	opts := metav1.ListOptions{FieldSelector: fields.Set{
		"involvedObject.kind": "PersistentVolumeClaim", "involvedObject.name": claim.Name, "involvedObject.uid": string(claim.UID),
	}.AsSelector().String()}
	for {
		var newest *corev1.Event
		err := transport.Pages(ctx, opts, w.conn.Events(claim.Namespace).List, func(list *corev1.EventList) {
			for i := range list.Items {
				e := &list.Items[i]
				if aboutSize(e.Reason) && (newest == nil || newest.LastTimestamp.Before(&e.LastTimestamp)) {
					newest = e
				}
			}
		})
		if err != nil {
			return ""
		}
		if newest != nil {
			return newest.Message
		}
		select {
		case <-ctx.Done():
			return ""
		case <-time.After(wordsAgain):
		}
	}
}

// aboutSize reports whether a resizer or a kubelet gives this reason for what failed.
func aboutSize(reason string) bool {
	return reason == "VolumeResizeFailed" || reason == "FileSystemResizeFailed"
}
