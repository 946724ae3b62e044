package stack

import "errors"

// Stack is a last-in, first-out list of numbers.
type Stack struct {
	items []int
}

var ErrEmpty = errors.New("stack is empty")

// Push puts a number on top.
func (s *Stack) Push(n int) {
	s.items = append(s.items, n)
}

// Pop takes the number off the top, or returns ErrEmpty.
func (s *Stack) Pop() (int, error) {
	if len(s.items) == 0 {
		$0
	}
	top := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return top, nil
}
