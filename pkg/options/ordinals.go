package options

import (
	"fmt"
	"strconv"
	"strings"
)

// MostOrdinals is how many ordinals a list may name. It keeps a slip of the finger, such as
// 1-1000000000, from taking all memory.
const MostOrdinals = 10000

// ParseOrdinals reads a list like 2,4-6.
func ParseOrdinals(text string) ([]int, error) {
	var out []int
	seen := map[int]bool{}
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		first, err := ordinal(from)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an ordinal nor a range like 4-6", part)
		}
		last, err := ordinal(to)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%q is neither an ordinal nor a range like 4-6", part)
		case last < first:
			return nil, fmt.Errorf("the range %s goes down", part)
		case last-first >= MostOrdinals:
			return nil, fmt.Errorf("the range %s is too long", part)
		}
		for n := first; n <= last; n++ {
			switch {
			case seen[n]:
				return nil, fmt.Errorf("ordinal %d is there twice", n)
			case len(out) == MostOrdinals:
				return nil, fmt.Errorf("the list names more than %d ordinals", MostOrdinals)
			}
			seen[n] = true
			out = append(out, n)
		}
	}
	return out, nil
}

func ordinal(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err
}
