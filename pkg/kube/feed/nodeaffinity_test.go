package feed

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The snapshot still shows a pod that the watch has lost by then.
func TestAPodThatWasDeletedSinceTheSnapshotHasNoPlaces(t *testing.T) {
	require.Empty(t, nodeAffinityOf(t.Context(), nil, nil))
}
