package operation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func FuzzSteps(f *testing.F) {
	for _, text := range []string{
		"1,50%,100%", "100%", " 2 ,\t3", "5,10%", "50%,1", "0", "-1", "+1", "1,,2", "%",
		"1%%", "1,1", "99999999999999999999", "101%", "007",
	} {
		f.Add(text, uint32(5))
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string, replicas uint32) {
		defer within.Input(t)()
		steps, err := operation.ParseSteps(text)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		again, err := operation.ParseSteps(steps.String())
		require.NoError(t, err)
		require.Equal(t, steps, again)

		most := int(replicas) % (sts.MostReplicas + 1)
		counts, err := steps.Counts(most)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		last := 0
		for _, count := range counts {
			require.Greater(t, count, last, "%v", counts)
			last = count
		}
		require.Equal(t, most, last, "the last step updates every pod")
	})
}
