package sts

import (
	"regexp"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// FailedCreate is why the controller could not make a pod.
type FailedCreate struct {
	Message string    // the controller's words
	At      time.Time // when it said so last
}

// retriesWithin is how long the controller may wait until it tries to make a pod
// again, and says again why it can't: its queue backs off up to 1000 s. What is
// older is no news about a pod that is missing now.
const retriesWithin = 20 * time.Minute

// Present reports whether the words may still hold.
func (f FailedCreate) Present(now time.Time) bool {
	return f.Message != "" && (f.At.IsZero() || now.Before(f.At.Add(retriesWithin)))
}

// Reasons of the controller's events about pods that it has made or deleted.
const (
	reasonSuccessfulCreate = "SuccessfulCreate"
	reasonSuccessfulDelete = "SuccessfulDelete"
)

// aboutPod finds the pod in the controller's words, which read "create Pod
// web-3 in StatefulSet web failed error: …", "create Claim data-web-3 Pod web-3
// in StatefulSet web failed error: …" or "delete Pod web-3 in StatefulSet web
// successful".
var aboutPod = regexp.MustCompile(`\bPod (\S+) in StatefulSet \S+ (?:failed error: )?((?s:.*))`)

// FailedCreates reads, out of the events of a set, why the controller could
// not make a pod: the newest words for each pod's name. A pod that was made or
// deleted since is none of these: that failure is over.
func FailedCreates(events []*corev1.Event) map[string]FailedCreate {
	failed, been := map[string]FailedCreate{}, map[string]time.Time{}
	for _, e := range events {
		m := aboutPod.FindStringSubmatch(e.Message)
		if m == nil {
			continue
		}
		pod, at := m[1], EventTime(e)
		switch e.Reason {
		case ReasonFailedCreate:
			if before, known := failed[pod]; !known || at.After(before.At) {
				failed[pod] = FailedCreate{Message: m[2], At: at}
			}
		case reasonSuccessfulCreate, reasonSuccessfulDelete:
			if at.After(been[pod]) {
				been[pod] = at
			}
		}
	}
	for pod, at := range been {
		if at.After(failed[pod].At) {
			delete(failed, pod)
		}
	}
	return failed
}

// EventTime is when it happened last.
func EventTime(e *corev1.Event) time.Time {
	switch {
	case e.Series != nil:
		return e.Series.LastObservedTime.Time
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	}
	return e.EventTime.Time
}
