package claims_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

func TestSizesAreSummedUp(t *testing.T) {
	tests := []struct {
		name  string
		sizes []string
		want  string
	}{
		{"none", nil, "0"},
		{"of several units", []string{"1Gi", "512Mi", "1e3"}, "1610613736"},
		{"powers of ten, and exabytes", []string{"1E", "1e18", "1Ei"}, "3152921504606846976"},
		{"what is no size counts as none", []string{"1Gi", "", "x"}, "1Gi"},
		{"so does what no volume has", []string{"1Gi", "1e2147483647", "1e-2147483648"}, "1Gi"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var verdicts []claims.Verdict
			for _, size := range test.sizes {
				verdicts = append(verdicts, claims.Verdict{Delete: true, Claim: storage.Claim{Size: size}})
			}
			total := claims.Sum(slices.Values(verdicts))
			require.Equal(t, test.want, total.Size.String())
			require.Equal(t, len(test.sizes), total.Claims)
		})
	}
}
