package measure

import (
	"errors"
	"fmt"
	"math"

	"github.com/prometheus/common/model"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
)

// answer is what a query says: one number, or one for each pod.
type answer struct {
	one   float64
	byPod map[string]float64 // nil for one number
}

// podLabel is the label that tells which pod a series is of.
const podLabel = "pod"

// read makes one number of an answer, or one for each pod.
func read(value model.Value) (answer, error) {
	switch value := value.(type) {
	case *model.Scalar:
		return answer{one: float64(value.Value)}, nil
	case model.Vector:
		return readVector(value)
	case nil:
		return answer{}, errors.New("the query has no answer")
	default:
		return answer{}, fmt.Errorf("the query's answer is a %s, and a number, or one for each pod, is wanted", value.Type())
	}
}

func readVector(vector model.Vector) (answer, error) {
	if len(vector) == 0 {
		return answer{}, errors.New("the query has no answer: there is no series")
	}
	out := answer{byPod: map[string]float64{}}
	for _, sample := range vector {
		if sample.Histogram != nil {
			return answer{}, errors.New("the query's answer is a histogram, and a number is wanted")
		}
		pod, labelled := sample.Metric[podLabel]
		switch _, twice := out.byPod[string(pod)]; {
		case !labelled && len(vector) == 1:
			return answer{one: float64(sample.Value)}, nil
		case !labelled:
			return answer{}, fmt.Errorf(
				"the query has %d series as its answer: one is wanted, or one for each pod, with the label pod",
				len(vector),
			)
		case twice:
			return answer{}, fmt.Errorf("the query has several series for pod %s as its answer: one for each is wanted", pod)
		}
		out.byPod[string(pod)] = float64(sample.Value)
	}
	return out, nil
}

// of are the numbers for these pods, in their order. One that is missing is an error:
// a part is no answer.
func (a answer) of(pods []check.Pod) ([]float64, error) {
	if a.byPod == nil {
		return []float64{a.one}, nil
	}
	var out []float64
	for _, pod := range pods {
		v, found := a.byPod[pod.Name]
		if !found {
			return nil, fmt.Errorf("the query has no series for pod %s as its answer", pod.Name)
		}
		out = append(out, v)
	}
	return out, nil
}

// finite is a number that JSON can hold, nil for one that it can't.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
