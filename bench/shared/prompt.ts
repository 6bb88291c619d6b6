export const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Who are you?' }] }];
