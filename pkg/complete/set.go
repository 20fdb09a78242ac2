package complete

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// described is a word with what a shell shows beside it.
func described(word, about string) string { return cobra.CompletionWithDesc(word, report.Clean(about)) }

// templates are the containers of the set's current template, those that init
// last.
func templates(s sts.Snapshot) []corev1.Container {
	pod := s.Set.Spec.Template.Spec
	return slices.Concat(pod.Containers, pod.InitContainers)
}

// images completes CONTAINER=IMAGE: the container, and then its current
// repository, for it is the tag that changes.
func images(s sts.Snapshot, typed string) []string {
	var words []string
	for _, container := range templates(s) {
		word := container.Name + "="
		if strings.HasPrefix(typed, word) {
			word += report.Clean(repository(container.Image)) + ":"
		}
		words = append(words, described(word, container.Image))
	}
	return words
}

// repository is an image without its tag and digest. A colon before the last
// slash belongs to a port.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndexByte(image, ':'); colon > strings.LastIndexByte(image, '/') {
		return image[:colon]
	}
	return image
}

func containers(s sts.Snapshot, _ string) []string {
	var words []string
	for _, container := range templates(s) {
		words = append(words, described(container.Name, container.Image))
	}
	return words
}

// revisions completes their numbers, the newest first.
func revisions(s sts.Snapshot, _ string) []string {
	var words []string
	for _, r := range slices.Backward(s.Revisions) {
		about := []string{r.Name}
		switch r.Name {
		case s.UpdateRevision():
			about = append(about, "current")
		case s.StableRevision():
			about = append(about, "stable")
		}
		if template, err := podtemplate.RevisionTemplate(r); err == nil {
			if images, err := template.Images(); err == nil && len(images) > 0 {
				about = append(about, images[0].Image)
			}
		}
		words = append(words, described(strconv.FormatInt(r.Revision, 10), strings.Join(about, ", ")))
	}
	return words
}

// twoRevisions completes N[,M].
func twoRevisions(s sts.Snapshot, typed string) []string {
	before, _, second := strings.Cut(typed, ",")
	if !second {
		return revisions(s, typed)
	}
	var words []string
	for _, word := range revisions(s, typed) {
		if number, _, _ := strings.Cut(word, "\t"); number != before {
			words = append(words, before+","+number) // without a description: see inList
		}
	}
	return words
}

// ordinals completes a list like 2,4-6 by the ordinals that are not in it yet.
func ordinals(s sts.Snapshot, typed string) []string {
	comma := strings.LastIndexByte(typed, ',')
	done, last := typed[:comma+1], typed[comma+1:]
	from, first := "", s.Ordinals().First()
	if begin, _, isRange := strings.Cut(last, "-"); isRange {
		n, err := strconv.Atoi(begin)
		if err != nil {
			return nil
		}
		from, first = begin+"-", max(first, n+1)
	}
	there := mentioned(done, s.Ordinals())
	var words []string
	for ordinal := range s.Ordinals().From(first).All() {
		if !there[ordinal] {
			words = append(words, inList(done, fmt.Sprintf("%s%d", from, ordinal), podState(s, ordinal)))
		}
	}
	return words
}

// inList is one more word of a list. Only the first has a description: the
// script for bash takes a described word with a comma for another one than what
// was typed, because it quotes the comma.
func inList(done, word, about string) string {
	if done != "" {
		return done + word
	}
	return described(word, about)
}

// mentioned are those of the set's ordinals that a list names. What is no number is not
// there.
func mentioned(list string, all workload.Ordinals) map[int]bool {
	there := map[int]bool{}
	for part := range strings.SplitSeq(list, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil {
			continue
		}
		for n := range all.From(first).All() {
			there[n] = there[n] || n <= last
		}
	}
	return there
}

func podState(s sts.Snapshot, ordinal int) string {
	name := s.PodName(ordinal)
	switch pod, ok := s.Pod(ordinal); {
	case !ok:
		return name + " is missing"
	case pod.Terminating:
		return name + " is terminating"
	case pod.Ready:
		return name + " is Ready"
	case pod.Trouble != nil:
		return name + ": " + pod.Trouble.Reason
	default:
		return name + " is not Ready"
	}
}
