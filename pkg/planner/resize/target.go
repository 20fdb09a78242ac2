package resize

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Target is how large claims are to be: a size or, to grow, so many percent more than
// they ask for. It may be a VolumeAttributesClass as well.
type Target struct {
	Percent bool
	All     string            // for the claims of a set with one template, "" where By says it
	By      map[string]string // by template
}

// Named are the values by template; the name "" is for the only one.
func (t Target) Named() map[string]string {
	if t.All != "" {
		return map[string]string{"": t.All}
	}
	return t.By
}

// Values are those that it names, each once.
func (t Target) Values() []string {
	return slices.Compact(slices.Sorted(maps.Values(t.Named())))
}

// IsZero reports whether it asks for nothing.
func (t Target) IsZero() bool { return t.All == "" && len(t.By) == 0 }

// ParseSize reads 20Gi or data=20Gi,wal=5Gi.
func ParseSize(text string) (Target, error) { return parse(text, size) }

// ParseGrow reads 20% or data=20%,wal=50%.
func ParseGrow(text string) (Target, error) {
	t, err := parse(text, percent)
	t.Percent = true
	return t, err
}

// ParseAttributes reads gold or data=gold,wal=silver.
func ParseAttributes(text string) (Target, error) {
	return parse(text, func(name string) (string, error) {
		if len(validation.IsDNS1123Subdomain(name)) > 0 {
			return "", fmt.Errorf("%q can't be the name of a VolumeAttributesClass", name)
		}
		return name, nil
	})
}

func parse(text string, value func(string) (string, error)) (Target, error) {
	if !strings.Contains(text, "=") {
		one, err := value(text)
		return Target{All: one}, err
	}
	t := Target{By: map[string]string{}}
	for part := range strings.SplitSeq(text, ",") {
		name, rest, named := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); !named || len(validation.IsDNS1123Subdomain(name)) > 0 {
			return Target{}, fmt.Errorf("%q does not begin with a claim template and =", part)
		}
		if _, twice := t.By[name]; twice {
			return Target{}, fmt.Errorf("claim template %s is there twice", name)
		}
		one, err := value(strings.TrimSpace(rest))
		if err != nil {
			return Target{}, err
		}
		t.By[name] = one
	}
	return t, nil
}

// size reads a quantity of whole bytes.
func size(text string) (string, error) {
	if podtemplate.Endless(text) { // to read it would take for ever
		return "", fmt.Errorf("%q is no size like 20Gi", text)
	}
	q, err := resource.ParseQuantity(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q is no size like 20Gi", text)
	case q.Sign() <= 0:
		return "", fmt.Errorf("%q: must be more than 0", text)
	}
	if q.Cmp(*resource.NewQuantity(q.Value(), q.Format)) != 0 { // more than there is, or a part of a byte
		return "", fmt.Errorf("%q is no number of bytes that a volume can have", text)
	}
	return q.String(), nil
}

// mostPercent keeps a slip of the finger from asking for a hundred times as much.
const mostPercent = 1000

func percent(text string) (string, error) {
	digits, ok := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	switch {
	case !ok || err != nil:
		return "", fmt.Errorf("%q is no percentage like 20%%", text)
	case n < 1 || n > mostPercent:
		return "", fmt.Errorf("%q: must be from 1%% to %d%%", text, mostPercent)
	}
	return digits, nil
}

// For is what each of these templates gets. It is an error where the target names one
// that is not among them, or does not say which of several it means.
func (t Target) For(templates []string) (map[string]string, error) {
	if t.All != "" {
		if len(templates) > 1 && !t.Percent {
			return nil, fmt.Errorf("there are several claim templates (%s): say which, as in %s=%s",
				strings.Join(templates, ", "), templates[0], t.All)
		}
		out := map[string]string{}
		for _, name := range templates {
			out[name] = t.All
		}
		return out, nil
	}
	for name := range t.By {
		if !slices.Contains(templates, name) {
			return nil, fmt.Errorf("there is no claim template %s among %s", name, strings.Join(templates, ", "))
		}
	}
	return t.By, nil
}

// errMixed is why claims can't grow by a percentage: it is not clear of which size.
var errMixed = errors.New("they ask for different sizes")

// grown is the size that so many percent more come to. All claims of a template get the
// same; where they differ, a run before this one may have grown some of them, and these
// would grow twice.
func grown(asks []string, percent string) (string, error) {
	first := asks[0]
	for _, a := range asks {
		if storage.CompareSizes(a, first) != 0 {
			return "", errMixed
		}
	}
	n, err := strconv.ParseInt(percent, 10, 64)
	q, err2 := resource.ParseQuantity(first)
	if err := errors.Join(err, err2); err != nil {
		return "", err
	}
	bytes := new(big.Int).Mul(big.NewInt(q.Value()), big.NewInt(100+n))
	return rounded(bytes.Div(bytes.Add(bytes, big.NewInt(99)), big.NewInt(100))), nil
}

// rounded is a number of bytes, rounded up to whole Gi from 10Gi on and to whole Mi
// below: drivers round up to one of these, mostly, and a person reads either.
func rounded(bytes *big.Int) string {
	unit, name := big.NewInt(1<<20), "Mi"
	if gi := big.NewInt(1 << 30); bytes.Cmp(new(big.Int).Mul(gi, big.NewInt(10))) >= 0 {
		unit, name = gi, "Gi"
	}
	n := new(big.Int).Add(bytes, new(big.Int).Sub(unit, big.NewInt(1)))
	q := resource.MustParse(n.Div(n, unit).String() + name)
	return q.String()
}
