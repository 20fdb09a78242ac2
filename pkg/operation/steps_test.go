package operation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
)

func TestParseSteps(t *testing.T) {
	tests := []struct {
		name string
		text string
		want operation.Steps
		err  string
	}{
		{name: "the default", text: "1,50%,100%", want: operation.DefaultSteps()},
		{name: "one count", text: "1", want: operationtest.Steps("1")},
		{name: "counts", text: "1,2,30", want: operationtest.Steps("1", "2", "30")},
		{name: "shares", text: "1%,50%,100%", want: operationtest.Steps("1%", "50%", "100%")},
		{name: "spaces around a step", text: " 1 , 50% ", want: operationtest.Steps("1", "50%")},
		{
			name: "which of two kinds is more depends on the replicas, so it passes here",
			text: "50%,3,80%,4", want: operationtest.Steps("50%", "3", "80%", "4"),
		},
		{name: "counts that go down", text: "3,2", err: "step 2 (2) must be larger than step 1 (3)"},
		{name: "shares that go down", text: "50%,20%", err: "step 2 (20%) must be larger than step 1 (50%)"},
		{name: "a count twice", text: "1,1", err: "step 2 (1) must be larger than step 1 (1)"},
		{name: "down within a kind, with the other between", text: "3,50%,2", err: "step 3 (2) must be larger than step 1 (3)"},
		{name: "zero", text: "0", err: `step "0" updates no pod`},
		{name: "zero percent", text: "0%,100%", err: `step "0%" updates no pod`},
		{name: "negative", text: "-1", err: `step "-1" updates no pod`},
		{name: "more than all", text: "101%", err: `step "101%" is more than all pods`},
		{name: "a word", text: "abc", err: `step "abc" is neither a count like 2 nor a share like 50%`},
		{name: "a fraction", text: "0.5", err: `step "0.5" is neither a count like 2 nor a share like 50%`},
		{name: "a sign", text: "+1", err: `step "+1" is neither a count like 2 nor a share like 50%`},
		{name: "a lonely percent sign", text: "%", err: `step "%" is neither a count like 2 nor a share like 50%`},
		{name: "two percent signs", text: "5%%", err: `step "5%%" is neither a count like 2 nor a share like 50%`},
		{
			name: "more than an integer holds", text: "99999999999999999999",
			err: `step "99999999999999999999" is neither a count like 2 nor a share like 50%`,
		},
		{name: "nothing", text: "", err: "a step is empty"},
		{name: "a comma too many", text: "1,,2", err: "a step is empty"},
		{name: "a comma at the end", text: "1,", err: "a step is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := operation.ParseSteps(tt.text)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				require.Zero(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestStepsReadAsTheFlagTakesThem(t *testing.T) {
	require.Equal(t, "1,50%,100%", operation.DefaultSteps().String())
	again, err := operation.ParseSteps(operation.DefaultSteps().String())
	require.NoError(t, err)
	require.Equal(t, operation.DefaultSteps(), again)
}

func TestCounts(t *testing.T) {
	tests := []struct {
		name     string
		steps    operation.Steps
		replicas int
		want     []int
		err      string
	}{
		{name: "the default of five", steps: operation.DefaultSteps(), replicas: 5, want: []int{1, 3, 5}},
		{name: "the default of fifty", steps: operation.DefaultSteps(), replicas: 50, want: []int{1, 25, 50}},
		{name: "the default of one: steps that come out the same are one", steps: operation.DefaultSteps(), replicas: 1, want: []int{1}},
		{name: "the default of two", steps: operation.DefaultSteps(), replicas: 2, want: []int{1, 2}},
		{name: "shares are rounded up", steps: operationtest.Steps("1%", "21%", "61%"), replicas: 5, want: []int{1, 2, 4, 5}},
		{name: "shares that come out whole stay", steps: operationtest.Steps("20%", "40%"), replicas: 5, want: []int{1, 2, 5}},
		{name: "never more than there are", steps: operationtest.Steps("2", "10"), replicas: 5, want: []int{2, 5}},
		{name: "all pods are the last", steps: operationtest.Steps("1", "2"), replicas: 5, want: []int{1, 2, 5}},
		{name: "all pods are not added twice", steps: operationtest.Steps("5", "100%"), replicas: 5, want: []int{5}},
		{name: "kinds may be mixed", steps: operationtest.Steps("50%", "30", "80%"), replicas: 50, want: []int{25, 30, 40, 50}},
		{
			name: "mixed kinds that go down for this number", steps: operationtest.Steps("3", "50%"), replicas: 4,
			err: "step 2 (50% = 2 pods) must be larger than step 1 (3 pods)",
		},
		{
			name: "a count that is cut and then goes down", steps: operationtest.Steps("10", "50%"), replicas: 4,
			err: "step 2 (50% = 2 pods) must be larger than step 1 (10 = 4 pods)",
		},
		{name: "no replicas, no steps", steps: operation.DefaultSteps(), replicas: 0},
		{
			name: "also such that a record holds and no user could ask for", steps: operationtest.Steps("3", "2"), replicas: 5,
			err: "step 2 (2 pods) must be larger than step 1 (3 pods)",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.steps.Counts(tt.replicas)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				require.Nil(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestStepsThatGoDownAreLeftOut(t *testing.T) {
	require.Equal(t, []int{3, 4}, operationtest.Steps("3", "50%", "2").UsableCounts(4))
	require.Equal(t, []int{1, 2, 4}, operationtest.Steps("1", "50%", "2").UsableCounts(4), "those that come out the same are one")
	require.Empty(t, operation.DefaultSteps().UsableCounts(0))
}

func TestStepsThatGoTheSameWay(t *testing.T) {
	require.True(t, operationtest.Steps("1", "50%").Same(operation.DefaultSteps()), "all pods are the last step anyway")
	require.True(t, operation.AllAtOnce().Same(operation.Steps{}))
	require.False(t, operationtest.Steps("1").Same(operation.DefaultSteps()))
	require.False(t, operationtest.Steps("50").Same(operationtest.Steps("50%")))
}

func TestARecordHoldsTheStepsAsTheyWereWritten(t *testing.T) {
	for _, text := range []string{`null`, `["1","50%","100%"]`, `["007","050%"]`, `["3","2"]`} {
		var steps operation.Steps
		require.NoError(t, json.Unmarshal([]byte(text), &steps), text)
		again, err := json.Marshal(steps)
		require.NoError(t, err)
		require.Equal(t, text, string(again))
	}
	for text, want := range map[string]string{
		`["x"]`:       `step "x" is neither a count like 2 nor a share like 50%`,
		`["1","-1"]`:  `step "-1" updates no pod`,
		`["1"," 2"]`:  `step " 2" is neither a count like 2 nor a share like 50%`,
		`["1",""]`:    "a step is empty",
		`[null]`:      "a step is empty",
		`["1","1e9"]`: `step "1e9" is neither a count like 2 nor a share like 50%`,
	} {
		steps := operation.DefaultSteps()
		require.EqualError(t, json.Unmarshal([]byte(text), &steps), want, text)
		require.Equal(t, operation.DefaultSteps(), steps)
	}
}
