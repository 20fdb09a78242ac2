package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func TestWhatMayBeAClaimOfASet(t *testing.T) {
	for claim, want := range map[string]bool{
		"data-web-0": true, "wal-x-web-12": true, "web-web-0": true, "data-web-web-0": true, "data-web-0-web-3": true,
		"web-0": false, "-web-0": false, "data-web": false, "data-web-": false, "data-web-01": false, "data-web-x-0": false,
		"dataweb-0": false, "data-web-0-1": false, "": false,
	} {
		require.Equal(t, want, sts.MayBeClaim("web", claim), claim)
	}
	require.True(t, sts.MayBeClaim("web-0", "data-web-0-1"))
}
