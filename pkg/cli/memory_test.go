package cli

import (
	"math"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMemoryIsLimitedByWhatHasToBeKept(t *testing.T) {
	tests := []struct {
		name  string
		kept  int
		limit string // $GOMEMLIMIT
		want  int64
	}{
		{"little", 3 << 10, "", 26 << 20},
		{"as much as needs more", 100 << 20, "", 218 << 20},
		{"a user's own limit", 100 << 20, "1GiB", math.MaxInt64},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := debug.SetMemoryLimit(math.MaxInt64)
			defer debug.SetMemoryLimit(before)
			t.Setenv("GOMEMLIMIT", test.limit)

			limitMemory(test.kept)

			require.Equal(t, test.want, debug.SetMemoryLimit(-1))
		})
	}
}
