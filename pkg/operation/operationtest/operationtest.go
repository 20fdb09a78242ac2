// Package operationtest is what tests need of operations.
package operationtest

import (
	"encoding/json"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
)

// Steps are those that a record holds in these words, also such that no user could ask for.
func Steps(texts ...string) operation.Steps {
	data, err := json.Marshal(texts)
	if err != nil {
		panic(err)
	}
	var steps operation.Steps
	if err := json.Unmarshal(data, &steps); err != nil {
		panic(err)
	}
	return steps
}
