package sts

import (
	"regexp"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// createdPod finds the pod in the controller's words, which read "create Pod
// web-3 in StatefulSet web failed error: …" or "create Claim data-web-3 Pod
// web-3 in StatefulSet web failed error: …".
var createdPod = regexp.MustCompile(`\bPod (\S+) in StatefulSet \S+ (?:failed error: )?((?s:.*))`)

// FailedCreates reads, out of the events of a set, why the controller could
// not make a pod: the newest words for each pod's name.
func FailedCreates(events []*corev1.Event) map[string]string {
	words := map[string]string{}
	newest := map[string]time.Time{}
	for _, e := range events {
		m := createdPod.FindStringSubmatch(e.Message)
		if e.Reason != ReasonFailedCreate || m == nil {
			continue
		}
		if at := eventTime(e); words[m[1]] == "" || at.After(newest[m[1]]) {
			words[m[1]], newest[m[1]] = m[2], at
		}
	}
	return words
}

func eventTime(e *corev1.Event) time.Time {
	switch {
	case e.Series != nil:
		return e.Series.LastObservedTime.Time
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	}
	return e.EventTime.Time
}
