package podtemplate_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

func TestCheckQuantities(t *testing.T) {
	tests := []struct{ name, object, want string }{
		{"none", `{"spec":{}}`, ""},
		{"what people write", `{"limits":{"cpu":"500m","memory":"1Gi","storage":"1E","a":1e3,"b":"1e18","c":"1Ei"}}`, ""},
		{"a limit", `{"spec":{"containers":[{"resources":{"limits":{"cpu":"1e2147483647"}}}]}}`, `quantity "1e2147483647" is out of range`},
		{"a request, as a number", `{"requests":{"cpu":1e-2147483648}}`, `quantity "1e-2147483648" is out of range`},
		{"a field of another case", `{"Limits":{"cpu":"1E-99999"}}`, `quantity "1E-99999" is out of range`},
		{"one that is spelled out", `{"limits":{"cpu":"1\u0065-99999"}}`, `quantity "1e-99999" is out of range`},
		{"of a volume in memory", `{"volumes":[{"emptyDir":{"sizeLimit":"1e99999"}}]}`, `quantity "1e99999" is out of range`},
		{"a commit that looks like a number", `{"env":[{"name":"COMMIT","value":"12e34567"}],"labels":{"commit":"12e34567"}}`, ""},
		{"no JSON", `oops 1e999`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := podtemplate.CheckQuantities([]byte(test.object))
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.want)
		})
	}
}

func TestATemplateWithAnEndlessQuantityIsNotDecoded(t *testing.T) {
	_, err := podtemplate.Template(`{"spec":{"containers":[{"resources":{"limits":{"cpu":"1e-2147483648"}}}]}}`).Typed()
	require.EqualError(t, err, `pod template: quantity "1e-2147483648" is out of range`)
}
