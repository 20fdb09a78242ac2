package check

import (
	"encoding/json"
	"fmt"
	"time"
)

type writtenRule struct {
	Every     string    `json:"every"`
	Pass      int       `json:"pass"`
	Fail      int       `json:"fail"`
	Unknown   int       `json:"unknown"`
	Timeout   string    `json:"timeout"`
	OnUnknown OnUnknown `json:"onUnknown"`
}

// MarshalJSON writes durations as a person writes them, such as "1m30s".
func (r Rule) MarshalJSON() ([]byte, error) {
	return json.Marshal(writtenRule{r.Every.String(), r.Pass, r.Fail, r.Unknown, r.Timeout.String(), r.OnUnknown})
}

// UnmarshalJSON reads them.
func (r *Rule) UnmarshalJSON(text []byte) error {
	var w writtenRule
	if err := json.Unmarshal(text, &w); err != nil {
		return err
	}
	every, err := time.ParseDuration(w.Every)
	if err != nil {
		return fmt.Errorf("every: %w", err)
	}
	timeout, err := time.ParseDuration(w.Timeout)
	if err != nil {
		return fmt.Errorf("timeout: %w", err)
	}
	*r = Rule{Every: every, Pass: w.Pass, Fail: w.Fail, Unknown: w.Unknown, Timeout: timeout, OnUnknown: w.OnUnknown}
	return nil
}
