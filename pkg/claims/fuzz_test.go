package claims_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzNames takes any names for a claim and a set. A claim may go only when its
// name is that of an ordinal which the set does not want, and nothing uses it.
func FuzzNames(f *testing.F) {
	for _, seed := range [][2]string{
		{"data-web-5", "web"},
		{"data-web-0", "web"},
		{"data-web-05", "web"},
		{"data-web--1", "web"},
		{"web-5", "web"},
		{"-web-5", "web"},
		{"data-web-2147483648", "web"},
		{"data-web-data-web-7", "web-data-web"},
		{"", ""},
		{"data--9", ""},
		{"data-web-\u0665", "web"},
	} {
		f.Add(seed[0], seed[1], false)
		f.Add(seed[0], seed[1], true)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, named, name string, used bool) {
		defer within.Input(t)()
		s := set(name, 3, data)
		w := claims.World{Sets: []sts.Snapshot{s}, Users: map[claims.Key]string{}}
		if used {
			w.Users[claims.Key{Namespace: "default", Name: named}] = "pod"
		}
		all := []storage.Claim{claim(named)}
		for _, options := range []claims.Options{{}, {DeletedSets: true, ScaledToZero: true}} {
			verdicts := claims.NewJudge(all, options).All(all, w)
			require.Len(t, verdicts, 1)
			v := verdicts[0]
			if !v.Delete {
				require.NotEmpty(t, v.Reason)
				continue
			}
			require.False(t, used)
			require.GreaterOrEqual(t, v.Ordinal, 0)
			if v.Set == name {
				require.Equal(t, named, s.ClaimName(v.Template, v.Ordinal))
				require.True(t, v.Template != "data" || v.Ordinal >= 3, "%+v", v)
			}
			require.True(t, strings.HasPrefix(named, v.Template+"-"+v.Set+"-"), "%+v", v)
		}
	})
}

// FuzzTotal sums up any sizes.
func FuzzTotal(f *testing.F) {
	for _, sizes := range [][2]string{
		{"1Gi", "10G"},
		{"1e3", "0.5"},
		{"", "x"},
		{"-1", "9223372036854775807"},
		{"1e2147483647", "1e-2147483648"},
		{"999999999999999999999Ei", "1n"},
	} {
		f.Add(sizes[0], sizes[1])
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		defer within.Input(t)()
		total := claims.Sum(slices.Values([]claims.Verdict{
			{Delete: true, Claim: storage.Claim{Size: one, Volume: "v"}}, {Delete: true, Claim: storage.Claim{Size: two, Volume: "v"}},
		}))
		require.Equal(t, 2, total.Claims)
		_, err := resource.ParseQuantity(total.Size.String())
		require.NoError(t, err)
	})
}
