package judge

import (
	"fmt"
	"sort"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// Story is all that was seen, in order of time, for a person to read.
func Story(e *Evidence, breaches []Violation) string {
	type line struct {
		at   time.Time
		text string
	}
	var lines []line
	add := func(at time.Time, format string, args ...any) {
		lines = append(lines, line{at, at.UTC().Format("15:04:05.000 ") + fmt.Sprintf(format, args...)})
	}
	for _, r := range e.Runs {
		add(r.Began, "RUN %d begins at %d: %s %s", r.Number, r.From, r.Act, r.Why)
		add(r.Ended, "RUN %d ends at %d: code %d %s sent %v disturbed %t alone %t",
			r.Number, r.To, r.Code, r.Signal, r.Sent, r.Disturbed, r.Alone)
		for _, q := range r.Requests {
			add(q.At, "  run %d: %s %s %s dry %t arrived %t code %d version %d %s", r.Number, q.Verb, q.Resource, q.Name, q.Dry, q.Arrived,
				q.Code, q.Version, strings.ToValidUTF8(q.Body, "."))
		}
	}
	for _, d := range e.Edits {
		add(d.At, "EDIT %s (%d to %d)", d.Edit, d.From, d.To)
	}
	for _, w := range e.Writes {
		add(w.Received, "    write %s", w)
	}
	for _, m := range e.Moments {
		add(m.At, "      %d %s", m.Version, about(m))
	}
	sort.SliceStable(lines, func(i, j int) bool { return lines[i].at.Before(lines[j].at) })
	var out strings.Builder
	for _, v := range breaches {
		fmt.Fprintf(&out, "%s: %s\n", v.Invariant, v.What)
	}
	fmt.Fprintf(&out, "\nnamespace %s, way %s\n", e.Namespace, e.Schedule.Way)
	for _, s := range e.Schedule.Sets {
		fmt.Fprintf(&out, "set %+v\n", s)
	}
	for _, l := range lines {
		fmt.Fprintln(&out, l.text)
	}
	for _, r := range e.Runs {
		fmt.Fprintf(&out, "\n=== run %d: %s\n--- stdout\n%s--- stderr\n%s", r.Number, r.Act, r.Stdout, r.Stderr)
	}
	return out.String()
}

// about is one moment in one line.
func about(m witness.Moment) string {
	gone := ""
	if m.Gone {
		gone = " GONE"
	}
	switch {
	case m.Set != nil:
		return "set " + m.Set.Name + gone + aboutSet(m.Set)
	case m.Pod != nil:
		return fmt.Sprintf("pod %s%s revision %s uid %.8s ready %t deleted %t image %s phase %s",
			m.Pod.Name, gone, revision(m.Pod), m.Pod.UID, ready(m.Pod), m.Pod.DeletionTimestamp != nil,
			m.Pod.Spec.Containers[0].Image, m.Pod.Status.Phase)
	case m.Claim != nil:
		return fmt.Sprintf("claim %s%s volume %s deleted %t owners %d asks for %s has %s",
			m.Claim.Name, gone, m.Claim.Spec.VolumeName, m.Claim.DeletionTimestamp != nil, len(m.Claim.OwnerReferences),
			m.Claim.Spec.Resources.Requests.Storage(), m.Claim.Status.Capacity.Storage())
	case m.Config != nil:
		return "configmap " + m.Config.Name + gone
	default:
		return fmt.Sprintf("volume %s%s claim %s %s %s",
			m.Volume.Name, gone, claimRef(m.Volume), m.Volume.Spec.PersistentVolumeReclaimPolicy, m.Volume.Status.Phase)
	}
}

func claimRef(v *corev1.PersistentVolume) string {
	if v.Spec.ClaimRef == nil {
		return "none"
	}
	return v.Spec.ClaimRef.Name
}

func aboutSet(s *appsv1.StatefulSet) string {
	scaled, deleted := retention(s)
	out := fmt.Sprintf(" uid %.8s deleted %t %s generation %d (%d) replicas %d partition %d %s image %s",
		s.UID, s.DeletionTimestamp != nil, immutableOf(s), s.Generation, s.Status.ObservedGeneration, replicas(s), partition(s),
		s.Spec.UpdateStrategy.Type, s.Spec.Template.Spec.Containers[0].Image)
	out += fmt.Sprintf(" revisions %s/%s available %d whenScaled %s whenDeleted %s",
		s.Status.CurrentRevision, s.Status.UpdateRevision, s.Status.AvailableReplicas, scaled, deleted)
	for _, annotation := range append(annotations.Records(), annotations.Undone) {
		if text, ok := s.Annotations[annotation]; ok {
			out += fmt.Sprintf(" %s=%s", strings.TrimPrefix(annotation, annotations.Own), text)
		}
	}
	return out
}
