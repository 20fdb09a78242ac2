package kube_test

import (
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMemoryIsLimitedByHowManyClaimsThereAre(t *testing.T) {
	tests := []struct {
		name      string
		announced int64
		limit     string // $GOMEMLIMIT
		want      int64
	}{
		{"a few claims", 3, "", 34 << 20},
		{"as many as need more", 99_999, "", 14<<20 + 100_000<<10},
		{"more than anybody believes", math.MaxInt64, "", 14<<20 + 200_001<<10},
		{"a user's own limit", 99_999, "1GiB", math.MaxInt64},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := debug.SetMemoryLimit(math.MaxInt64)
			defer debug.SetMemoryLimit(before)
			t.Setenv("GOMEMLIMIT", test.limit)
			server := newServer(t)
			defer server.Close()
			server.on(http.MethodGet, claimsPath, text(http.StatusOK, fmt.Sprintf(
				`{"metadata": {"remainingItemCount": %d}, "items": [{"metadata": {"name": "data-web-0"}}]}`, test.announced)))

			found, err := server.client().ClaimsAlone(t.Context(), "")

			require.NoError(t, err)
			require.Len(t, found, 1)
			require.Equal(t, test.want, debug.SetMemoryLimit(-1))
		})
	}
}
