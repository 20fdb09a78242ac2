package operation

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Steps are how many pods a canary updates, step by step: counts like 1 or
// shares like 50%, of the set's replicas.
type Steps []string

// DefaultSteps fit a small set as well as a large one.
func DefaultSteps() Steps { return Steps{"1", "50%", "100%"} }

// DefaultSoak shows most crashes that come after the start.
const DefaultSoak = 30 * time.Second

// ParseSteps reads a list like 1,50%,100% and rejects what is wrong with any
// number of replicas.
func ParseSteps(text string) (Steps, error) {
	var steps Steps
	lastCount, lastShare := bound{}, bound{}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		n, percent, err := parseStep(part)
		if err != nil {
			return nil, err
		}
		last := &lastCount
		if percent {
			last = &lastShare
		}
		steps = append(steps, part)
		if n <= last.n {
			return nil, fmt.Errorf("step %d (%s) must be larger than step %d (%s)", len(steps), part, last.step, steps[last.step-1])
		}
		*last = bound{n, len(steps)}
	}
	return steps, nil
}

// bound is what a step must be larger than, and which step that is, from 1 on.
type bound struct{ n, step int }

func parseStep(text string) (n int, percent bool, err error) {
	digits, percent := strings.CutSuffix(text, "%")
	n, err = strconv.Atoi(digits)
	switch {
	case text == "":
		return 0, false, errors.New("a step is empty")
	case err != nil || strings.HasPrefix(digits, "+"):
		return 0, false, fmt.Errorf("step %q is neither a count like 2 nor a share like 50%%", text)
	case n <= 0:
		return 0, false, fmt.Errorf("step %q updates no pod", text)
	case percent && n > 100:
		return 0, false, fmt.Errorf("step %q is more than all pods", text)
	}
	return n, percent, nil
}

// Counts turns the steps into numbers of pods, rounded up, never more than
// there are; steps that come out the same are one, and all pods are the last.
// Steps of both kinds that go down for this number of replicas are an error.
func (steps Steps) Counts(replicas int) ([]int, error) { return steps.counts(replicas, false) }

// UsableCounts are the same without the steps that go down.
func (steps Steps) UsableCounts(replicas int) ([]int, error) { return steps.counts(replicas, true) }

func (steps Steps) counts(replicas int, skip bool) ([]int, error) {
	var counts []int
	last, lastWords := bound{}, ""
	for i, text := range steps {
		n, percent, err := parseStep(text)
		if err != nil {
			return nil, err
		}
		if percent {
			n = (replicas*n + 99) / 100
		}
		words := sts.Count(min(n, replicas), "pod")
		if percent || n > replicas {
			words = text + " = " + words
		}
		n = min(n, replicas)
		switch {
		case n < last.n && skip:
			continue
		case n < last.n:
			return nil, fmt.Errorf("step %d (%s) must be larger than step %d (%s)", i+1, words, last.step, lastWords)
		case n > last.n:
			counts = append(counts, n)
		}
		last, lastWords = bound{n, i + 1}, words
	}
	if last.n < replicas {
		counts = append(counts, replicas)
	}
	return counts, nil
}

// Open returns the steps without a final 100%, which Counts adds by itself.
func (steps Steps) Open() Steps {
	if n := len(steps); n > 0 && steps[n-1] == "100%" {
		return steps[:n-1]
	}
	return steps
}

// String is the list as the flag takes it.
func (steps Steps) String() string { return strings.Join(steps, ",") }
