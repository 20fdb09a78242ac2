package operation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Steps are how many pods a canary updates, step by step: counts like 1 or
// shares like 50%, of the set's replicas. The zero value has none. Whoever has one
// has steps that were read and make sense.
type Steps struct{ list []step }

// step is one of them, as it was written.
type step struct {
	text  string
	n     int // pods, or per cent
	share bool
}

// DefaultSteps fit a small set as well as a large one.
func DefaultSteps() Steps {
	return Steps{[]step{{"1", 1, false}, {"50%", 50, true}, {"100%", 100, true}}}
}

// AllAtOnce is a single step.
func AllAtOnce() Steps { return Steps{[]step{{"100%", 100, true}}} }

// DefaultSoak shows most crashes that come after the start.
const DefaultSoak = 30 * time.Second

// ParseSteps reads a list like 1,50%,100% and rejects what is wrong with any
// number of replicas.
func ParseSteps(text string) (Steps, error) {
	var steps Steps
	lastCount, lastShare := bound{}, bound{}
	for part := range strings.SplitSeq(text, ",") {
		step, err := parseStep(strings.TrimSpace(part))
		if err != nil {
			return Steps{}, err
		}
		last := &lastCount
		if step.share {
			last = &lastShare
		}
		steps.list = append(steps.list, step)
		if step.n <= last.n {
			return Steps{}, fmt.Errorf("step %d (%s) must be larger than step %d (%s)",
				len(steps.list), step.text, last.step, steps.list[last.step-1].text)
		}
		*last = bound{step.n, len(steps.list)}
	}
	return steps, nil
}

// bound is what a step must be larger than, and which step that is, from 1 on.
type bound struct{ n, step int }

func parseStep(text string) (step, error) {
	digits, share := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	switch {
	case text == "":
		return step{}, errors.New("a step is empty")
	case err != nil || strings.HasPrefix(digits, "+"):
		return step{}, fmt.Errorf("step %q is neither a count like 2 nor a share like 50%%", text)
	case n <= 0:
		return step{}, fmt.Errorf("step %q updates no pod", text)
	case share && n > 100:
		return step{}, fmt.Errorf("step %q is more than all pods", text)
	}
	return step{text, n, share}, nil
}

// pods is how many that is, rounded up and never more than there are, and the same in words.
func (s step) pods(replicas int) (n int, words string) {
	if n = s.n; s.share {
		n = (replicas*n + 99) / 100
	}
	words = sts.Count(min(n, replicas), "pod")
	if s.share || n > replicas {
		words = s.text + " = " + words
	}
	return min(n, replicas), words
}

// Counts turns the steps into numbers of pods; steps that come out the same are one, and
// all pods are the last. Steps of both kinds that go down for this number of replicas are
// an error.
func (s Steps) Counts(replicas int) ([]int, error) {
	last, lastWords := bound{}, ""
	for i, step := range s.list {
		n, words := step.pods(replicas)
		if n < last.n {
			return nil, fmt.Errorf("step %d (%s) must be larger than step %d (%s)", i+1, words, last.step, lastWords)
		}
		last, lastWords = bound{n, i + 1}, words
	}
	return s.UsableCounts(replicas), nil
}

// UsableCounts are the same without the steps that go down.
func (s Steps) UsableCounts(replicas int) []int {
	var counts []int
	last := 0
	for _, step := range s.list {
		if n, _ := step.pods(replicas); n > last {
			counts, last = append(counts, n), n
		}
	}
	if last < replicas {
		counts = append(counts, replicas)
	}
	return counts
}

// Empty reports whether there are none.
func (s Steps) Empty() bool { return len(s.list) == 0 }

// Same reports whether these go as the others do: a final 100% goes without saying.
func (s Steps) Same(others Steps) bool { return slices.Equal(s.open(), others.open()) }

// open is the list without a final 100%, which Counts adds by itself.
func (s Steps) open() []step {
	if n := len(s.list); n > 0 && s.list[n-1].text == "100%" {
		return s.list[:n-1]
	}
	return s.list
}

// texts are the steps as they were written.
func (s Steps) texts() []string {
	if s.list == nil {
		return nil
	}
	out := make([]string, len(s.list))
	for i, step := range s.list {
		out[i] = step.text
	}
	return out
}

// String is the list as the flag takes it.
func (s Steps) String() string { return strings.Join(s.texts(), ",") }

// MarshalJSON writes a list of texts.
func (s Steps) MarshalJSON() ([]byte, error) { return json.Marshal(s.texts()) }

// UnmarshalJSON reads that list. Steps that go down pass: with the replicas of their time
// they went up.
func (s *Steps) UnmarshalJSON(data []byte) error {
	var texts []string
	if err := json.Unmarshal(data, &texts); err != nil {
		return err
	}
	var list []step
	for _, text := range texts {
		step, err := parseStep(text)
		if err != nil {
			return err
		}
		list = append(list, step)
	}
	s.list = list
	return nil
}
