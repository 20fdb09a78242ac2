package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

func TestResult(t *testing.T) {
	held := engine.Outcome{Result: engine.Held, Message: "held"}
	asked := held
	asked.Wanted = true
	halted := engine.Outcome{Result: engine.Halted, Message: "web-4: no", Wanted: true}
	tests := []struct {
		name    string
		outcome engine.Outcome
		want    error
	}{
		{"done is no error", engine.Outcome{Result: engine.Done}, nil},
		{"a hold that was asked for is none", asked, nil},
		{"any other hold is one", held, &Ended{Outcome: held}},
		{"a halt is always one", halted, &Ended{Outcome: halted}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, Result(test.outcome)) })
	}
	require.EqualError(t, Result(halted), "web-4: no")
}
